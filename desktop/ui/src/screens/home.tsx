import { isZero } from '../format.ts';
import { t } from '../i18n.tsx';
import { NeedsYou } from '../needs-you.tsx';
import { hasScreen, ownOf } from '../own.ts';
import { Balance, Money, Title } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import type { Known } from '../state.ts';
import { Entries } from './entries.tsx';
import { HeldLine } from './held.tsx';

interface Props {
  readonly all: Known;
}

const RECENT = 5;

/** How things stand: what is owed, what is kept aside, what was paid last, and what to do next. */
export function HomeScreen({ all }: Props) {
  const { balance, held, history } = all;
  const open = balance.accounts.filter((account) => !isZero(account.balance));
  const { atHome: AtHome, atHomeLast: AtHomeLast } = ownOf();
  return (
    <>
      <Title>{t('home')}</Title>
      {all.status.restored?.frozen !== true && <NextStep all={all} />}
      <NeedsYou />
      {AtHome !== undefined && <AtHome all={all} />}
      {balance.net.length > 0 && (
        <section aria-labelledby="balances">
          <h2 id="balances">{t('balances')}</h2>
          <Sums all={all} />
          {open.length === 0 && <p>{t('allEven')}</p>}
          <ul class="plain">
            {open.map((account) => (
              <li key={`${account.neighbour.pid} ${account.equivalent}`}>
                <Balance {...account} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {held.length > 0 && <Held held={held} />}
      <section aria-labelledby="recent">
        <h2 id="recent">{t('recent')}</h2>
        <Entries entries={history.slice(0, RECENT)} />
        {history.length > RECENT && <a href={linkTo('history')}>{t('allPayments')}</a>}
      </section>
      {AtHomeLast !== undefined && <AtHomeLast all={all} />}
    </>
  );
}

function Sums({ all }: Props) {
  return (
    <div class="sums">
      {all.balance.net.map(({ equivalent, owedToMe, owedByMe }) => (
        <section class="card" key={equivalent} aria-label={t('inCurrency', { currency: equivalent })}>
          <dl>
            <div>
              <dt>{t('youOwe')}</dt>
              <dd>
                <Money amount={owedByMe} of={equivalent} />
              </dd>
            </div>
            <div>
              <dt>{t('youAreOwed')}</dt>
              <dd>
                <Money amount={owedToMe} of={equivalent} />
              </dd>
            </div>
          </dl>
        </section>
      ))}
    </div>
  );
}

function Held({ held }: { readonly held: Known['held'] }) {
  return (
    <section aria-labelledby="held">
      <h2 id="held">{t('onHold')}</h2>
      <p class="hint">{t('onHoldWhy')}</p>
      <ul class="plain">
        {held.map((one) => (
          <li key={`${one.txId} ${one.routeIndex} ${one.position}`}>
            <HeldLine one={one} />
          </li>
        ))}
      </ul>
      {hasScreen('node') && <a href={linkTo('node')}>{t('whatToDo')}</a>}
    </section>
  );
}

/** The first of the steps to a first payment that was not made yet. */
function NextStep({ all: { contacts, trustLines, history } }: Props) {
  if (history.length > 0) return null;
  const isPaying = trustLines.length > 0;
  const [key, screen, button] =
    contacts.length === 0
      ? (['stepPeople', 'people', 'addPerson'] as const)
      : isPaying
        ? (['stepPay', 'pay', 'pay'] as const)
        : (['stepTrust', 'people', 'people'] as const);
  return (
    <section class="card" aria-labelledby="next">
      <h2 id="next">{t('nextStep')}</h2>
      <p>{t(key)}</p>
      <p class="actions">
        <a class="button" href={linkTo(screen)}>
          {t(button)}
        </a>
        {isPaying ? <a href={linkTo('ask')}>{t('ask')}</a> : <a href={linkTo('people')}>{t('invite')}</a>}
      </p>
    </section>
  );
}
