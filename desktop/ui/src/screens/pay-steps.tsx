import type { Result } from '#node/api/contract.ts';
import { otherCarrier } from '../api.ts';
import { magnitude } from '../format.ts';
import { T, t } from '../i18n.tsx';
import { Memo, Money, Name, Time, Trouble } from '../parts.tsx';
import { whyOf } from '../why-text.tsx';
import { AskForMore } from './ask-for-more.tsx';
import type { Order } from './pay.tsx';

interface ConfirmProps {
  readonly order: Order;
  readonly isBusy: boolean;
  readonly onPay: () => void;
  readonly onBack: () => void;
}

/** What the payment means, in words, before it is made. */
export function Confirm({ order: { preview, memo, request }, isBusy, onPay, onBack }: ConfirmProps) {
  const { to, equivalent, amount, route, firstHop } = preview;
  const said = request?.memo ?? memo;
  return (
    <section class="card">
      {request !== null && (
        <p>
          <T k="requestOf" who={<Name of={request.payee} />} time={<Time at={request.expiresAtMs} />} />
        </p>
      )}
      <p class="large">
        <T k="confirmPay" money={<Money amount={amount} of={equivalent} />} who={<Name of={to} />} />
      </p>
      {said !== '' && (
        <p>
          <T k="requestFor" memo={<Memo text={said} />} />
        </p>
      )}
      {firstHop !== null && <FirstHop hop={firstHop} equivalent={equivalent} />}
      {route !== null && route.length > 2 && <Way route={route} />}
      {!preview.payable && (
        <>
          <p>{t('noWay')}</p>
          {preview.refusal !== null && <Trouble title={t('payableWhy')} text={whyOf(preview.refusal, equivalent)} />}
        </>
      )}
      <p class="actions">
        <button type="button" disabled={isBusy} onClick={onPay}>
          {t(isBusy ? 'paying' : 'payNow')}
        </button>
        <button type="button" class="quiet" disabled={isBusy} onClick={onBack}>
          {t('back')}
        </button>
      </p>
    </section>
  );
}

/** What the payer will owe, or be owed less, on the first account of the way. */
function FirstHop({
  hop,
  equivalent,
}: {
  readonly hop: NonNullable<Order['preview']['firstHop']>;
  readonly equivalent: string;
}) {
  const { neighbour, balanceNow, balanceAfter, limit } = hop;
  const who = <Name of={neighbour} />;
  const money = (amount: string) => <Money amount={magnitude(amount)} of={equivalent} />;
  const isOwing = balanceAfter.startsWith('-');
  // Owed before, owing afterwards: now it is nothing that is owed.
  const now = money(isOwing && !balanceNow.startsWith('-') ? '0' : balanceNow);
  return (
    <p>
      {isOwing ? (
        <T k="confirmOwe" who={who} after={money(balanceAfter)} now={now} limit={money(limit)} />
      ) : (
        <T k="confirmLess" who={who} after={money(balanceAfter)} now={now} />
      )}
    </p>
  );
}

function Way({ route }: { readonly route: NonNullable<Order['preview']['route']> }) {
  const names = route.map((one, index) => [index > 0 && ' → ', <Name key={one.pid} of={one} />]);
  return (
    <p class="hint">
      <T k="confirmVia" way={names} />
    </p>
  );
}

/** What came of it. */
export function Outcome({ payment, onAgain }: { readonly payment: Result<'pay'>; readonly onAgain: () => void }) {
  const { state, amount, equivalent, receiver, refusal } = payment;
  // A hub that is away has heard nothing of it.
  const isUnsent = state === 'NEW' && otherCarrier() !== null;
  return (
    <section class="card">
      {state === 'COMMITTED' && (
        <p class="good large" role="status">
          <T k="paid" money={<Money amount={amount} of={equivalent} />} who={<Name of={receiver} />} />
        </p>
      )}
      {state === 'ABORTED' && refusal !== null && <Trouble title={t('notPaid')} text={whyOf(refusal, equivalent)} />}
      {state !== 'COMMITTED' && state !== 'ABORTED' && <p role="status">{t(isUnsent ? 'notSentYet' : 'unknownYet')}</p>}
      <p class="actions">
        <button type="button" onClick={onAgain}>
          {t('again')}
        </button>
        <a href="#/history">{t('history')}</a>
        {state === 'ABORTED' && refusal !== null && <AskForMore {...{ refusal, equivalent, amount }} />}
      </p>
    </section>
  );
}
