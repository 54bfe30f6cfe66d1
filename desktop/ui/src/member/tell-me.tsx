/** Whether this browser tells its member what happens while the page is closed. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { language, t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import type { PushWords, Telling } from './push.ts';
import type { Session } from './session.ts';
import { m } from './words.ts';

const SAID = {
  on: 'tellOn',
  off: 'tellOff',
  refused: 'tellRefused',
  unsupported: 'tellUnsupported',
  unreachable: 'tellUnreachable',
} as const satisfies Record<Telling, string>;

export function TellMe({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** Null: not known yet. */
  const telling = useSignal<Telling | null>(null);
  useEffect(() => {
    void run(async () => {
      const { tellingNow } = await import('./push.ts');
      telling.value = await tellingNow();
    });
  }, []);
  const press = (): void => {
    void run(async () => {
      const { turnOff, turnOn } = await import('./push.ts');
      if (telling.value === 'on') {
        await turnOff(session.hub);
        telling.value = 'off';
      } else telling.value = await turnOn(session.hub, wordsNow());
    });
  };
  const now = telling.value;
  return (
    <section class="card" aria-labelledby="tell-me">
      <h2 id="tell-me">{m('tellTitle')}</h2>
      <p>{m('tellWhat')}</p>
      <p class="hint">{m('tellWho')}</p>
      <p role="status">{now !== null && m(SAID[now])}</p>
      {now !== null && now !== 'unsupported' && (
        <button type="button" class="quiet" disabled={isBusy.value} onClick={press}>
          {isBusy.value ? t('saving') : m(now === 'on' ? 'tellTurnOff' : 'tellTurnOn')}
        </button>
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

/** In the language of the page. */
function wordsNow(): PushWords {
  return {
    language: language.value,
    kinds: {
      received: { one: m('noticeReceived'), many: m('noticeReceivedMany') },
      'trust-line': { one: m('noticeLine'), many: m('noticeLineMany') },
      proposal: { one: m('noticeProposal'), many: m('noticeProposalMany') },
    },
    other: m('noticeOther'),
    open: m('noticeOpen'),
  };
}
