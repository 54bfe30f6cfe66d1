/** Being forgotten by the hub: what it means, with whom to settle before, and the end of it. */
import { useSignal } from '@preact/signals';
import { AskError } from '../ask-error.ts';
import { ConfirmButton } from '../confirm.tsx';
import { isZero } from '../format.ts';
import { t } from '../i18n.tsx';
import { Money, Name, Trouble, useTask } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import { type Known, refresh } from '../state.ts';
import { forget } from './before.tsx';
import type { Session } from './session.ts';
import { ERASED } from './stage.ts';
import { M, m } from './words.ts';

type Account = Known['balance']['accounts'][number];

/** Why the hub keeps what it has, beside what is owed: that is seen in the books. */
const WHY = { unsure: 'eraseUnsure', open: 'eraseOpen', disputed: 'eraseDisputed' } as const;

/** The section of the settings; there is a button once everybody is even. */
export function Erase({ all, session }: { readonly all: Known; readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** What the hub said the last time. */
  const why = useSignal<keyof typeof WHY | null>(null);
  const unsettled = all.balance.accounts.filter(({ balance }) => !isZero(balance));
  const erase = (): void => {
    void run(async () => {
      why.value = null;
      try {
        await session.hub.act('DELETE', '/participants/me', null);
      } catch (error) {
        const said = whyNot(error);
        if (said === 'unknown') throw error;
        if (said !== 'gone') {
          // Who owes whom may have changed a moment ago.
          await refresh();
          why.value = said;
          if (said !== null) return;
          throw error;
        }
      }
      sessionStorage.setItem(ERASED, ERASED);
      await forget();
    });
  };
  return (
    <section class="card" aria-labelledby="erase">
      <h2 id="erase">{m('eraseTitle')}</h2>
      <p>{m('eraseWhat')}</p>
      <p>{m('eraseStays')}</p>
      <p>{m('eraseWhen')}</p>
      {unsettled.length > 0 ? (
        <Unsettled accounts={unsettled} />
      ) : (
        <div class="actions">
          <ConfirmButton
            label={m('erase')}
            title={m('eraseSure')}
            yes={m('eraseYes')}
            isBusy={isBusy.value}
            onYes={erase}
          >
            <p>{m('eraseMeans')}</p>
          </ConfirmButton>
        </div>
      )}
      <div role="alert">
        {why.value !== null && (
          <div class="trouble">
            <strong>{m('eraseNot')}</strong>
            <p>{m(WHY[why.value])}</p>
          </div>
        )}
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

/** `gone`: it was done before, and its answer was lost. Null: somebody owes, which the books show. */
function whyNot(error: unknown): keyof typeof WHY | 'gone' | 'unknown' | null {
  if (!(error instanceof AskError)) return 'unknown';
  if (error.code === 'login-refused') return 'gone';
  if (error.code !== 'not-settled') return 'unknown';
  const { why } = error.facts;
  return why === 'unsure' || why === 'open' || why === 'disputed' ? why : null;
}

/** With whom to settle, and how. */
function Unsettled({ accounts }: { readonly accounts: readonly Account[] }) {
  return (
    <>
      <h3>{m('eraseFirst')}</h3>
      <ul class="plain entries">
        {accounts.map((account) => (
          <li key={`${account.neighbour.pid} ${account.equivalent}`}>
            <Settle account={account} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Settle({ account: { neighbour, balance, equivalent } }: { readonly account: Account }) {
  const isMine = balance.startsWith('-');
  const money = <Money amount={isMine ? balance.slice(1) : balance} of={equivalent} />;
  return (
    <>
      <p>
        <M k={isMine ? 'eraseYouOwe' : 'eraseOwesYou'} who={<Name of={neighbour} />} money={money} />
      </p>
      <p>
        <a href={isMine ? linkTo('ask') : linkTo('pay', { to: neighbour.name ?? neighbour.pid })}>
          {t(isMine ? 'ask' : 'pay')}
        </a>
      </p>
    </>
  );
}
