/** What comes before the screens in the desktop program: the first start, the passphrase, and a node that does not run. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { GeoBridge, Situation } from '../../../preload/bridge.ts';
import { overBridge } from '../first-run/over-bridge.ts';
import { FirstRun } from '../first-run/steps.tsx';
import { t } from '../i18n.tsx';
import { Time, Title, Trouble, useTask } from '../parts.tsx';
import { resultOf } from '../program.ts';

interface Props {
  readonly program: GeoBridge;
}

/** The one thing to do now. */
export function BeforeScreen({ program, now }: Props & { readonly now: Situation | null }) {
  if (now === null) return <Starting />;
  switch (now.state) {
    case 'no-identity':
      return <FirstRun maker={overBridge(program)} whenClosed={<Title>{t('welcome')}</Title>} />;
    case 'locked':
      return <Locked program={program} {...now} />;
    case 'waiting':
    case 'stopped':
    case 'failed':
      return <NotRunning program={program} now={now} key={now.state} />;
    case 'starting':
    case 'running':
      return <Starting />;
  }
}

function Starting() {
  return <p role="status">{t('nodeIsStarting')}</p>;
}

function PassphraseField() {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{t('passphrase')}</label>
      <input id={id} type="password" name="passphrase" autoComplete="off" required />
    </p>
  );
}

function Locked({ program, keychain, wasWrong }: Props & Omit<Extract<Situation, { state: 'locked' }>, 'state'>) {
  const { isBusy, trouble, run } = useTask();
  const unlock = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = new FormData(form);
    const passphrase = typed.get('passphrase');
    const input = { passphrase: typeof passphrase === 'string' ? passphrase : '', remember: typed.has('remember') };
    void run(async () => {
      await resultOf(program.unlock(input));
    });
  };
  return (
    <>
      <Title>{t('lockedTitle')}</Title>
      <p>{t(keychain === null ? 'locked' : 'lockedNoKeychain')}</p>
      {wasWrong && (
        <div class="trouble" role="alert">
          {t('passphraseWrong')}
        </div>
      )}
      <form class="card" onSubmit={unlock}>
        <PassphraseField />
        {keychain === null && (
          <p>
            <label class="check">
              <input type="checkbox" name="remember" />
              {t('passphraseRemember')}
            </label>
          </p>
        )}
        <button type="submit" disabled={isBusy.value}>
          {t('unlock')}
        </button>
      </form>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

type Idle = Extract<Situation, { state: 'waiting' | 'stopped' | 'failed' }>;

const TITLES = { waiting: 'nodeEnded', stopped: 'nodeStopped', failed: 'nodeFailed' } as const;

function NotRunning({ program, now }: Props & { readonly now: Idle }) {
  const { isBusy, trouble, run } = useTask();
  return (
    <>
      <Title>{t(TITLES[now.state])}</Title>
      {now.state === 'stopped' && <p>{t('nodeStoppedWhy')}</p>}
      {now.state === 'waiting' && (
        <p role="status">
          {t('nodeAgain')} <Time at={now.retryAtMs} />
        </p>
      )}
      {now.state !== 'stopped' && <Trouble title={t('nodeSays')} text={textOf(now)} />}
      <p class="actions">
        <button
          type="button"
          disabled={isBusy.value}
          onClick={() => void run(async () => void (await resultOf(program.tryAgain())))}
        >
          {t('startNode')}
        </button>
        <SaveBundle program={program} />
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

function textOf(now: Exclude<Idle, { state: 'stopped' }>): string {
  return now.state === 'failed' && now.hint !== null ? `${now.message} ${now.hint}` : now.message;
}

/** Writes the file for whoever is to help. */
export function SaveBundle({ program }: Props) {
  const { isBusy, trouble, run } = useTask();
  const path = useSignal<string | null>(null);
  const save = (): Promise<void> =>
    run(async () => {
      path.value = (await resultOf<{ path: string | null }>(program.saveSupportBundle())).path;
    });
  return (
    <>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={() => void save()}>
        {t('saveBundle')}
      </button>
      <span role="status">{path.value !== null && t('bundleSaved', { path: path.value })}</span>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
