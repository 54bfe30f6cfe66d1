/** The hub lets the member in no more: it has ended there, or is suspended. What the browser knew last can be read. */
import { useSignal } from '@preact/signals';
import { AskError } from '../ask-error.ts';
import { ConfirmButton } from '../confirm.tsx';
import { T, t } from '../i18n.tsx';
import { askAgain } from '../live.ts';
import { Time, Title, Trouble, useTask } from '../parts.tsx';
import { keptAtMs, NOT_LET_IN } from '../state.ts';
import { forget } from './before.tsx';
import { WITH_WORDS } from './welcome.tsx';
import { m } from './words.ts';

export function Shut({ isKnown }: { readonly isKnown: boolean }) {
  const { isBusy, trouble, run } = useTask();
  const isStill = useSignal(false);
  const again = (): void => {
    void run(async () => {
      isStill.value = false;
      try {
        await askAgain();
      } catch (error) {
        isStill.value = error instanceof AskError && NOT_LET_IN.has(error.code);
        if (!isStill.value) throw error;
      }
    });
  };
  return (
    <section class="card" aria-labelledby="shut">
      {isKnown ? <h2 id="shut">{t('signedOutTitle')}</h2> : <Title id="shut">{t('signedOutTitle')}</Title>}
      <div role="alert">
        <p>{m('shutWhat')}</p>
      </div>
      <p>{m('shutDo')}</p>
      {isKnown && (
        <p class="hint">
          {m('shutBelow')} {keptAtMs.value !== null && <T k="keptFrom" time={<Time at={keptAtMs.value} />} />}
        </p>
      )}
      <div class="actions">
        <button type="button" disabled={isBusy.value} onClick={again}>
          {m('tryAgain')}
        </button>
        <Forget label={m('backWithWords')} fragment={WITH_WORDS} />
        <Forget label={m('leave')} fragment="#/home" />
      </div>
      <p role="status">{isStill.value && m('shutStill')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function Forget({ label, fragment }: { readonly label: string; readonly fragment: string }) {
  return (
    <ConfirmButton label={label} title={m('leaveSure')} yes={m('leaveYes')} onYes={() => void forget(fragment)}>
      <p>{m('shutForget')}</p>
    </ConfirmButton>
  );
}
