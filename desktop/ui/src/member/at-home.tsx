/** What a member sees at home beside all the rest: what waits to be sent, and what the hub may do for it. */
import { useSignal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ConfirmButton } from '../confirm.tsx';
import { Fold } from '../fold.tsx';
import { Money, Name, Time, Trouble, useTask } from '../parts.tsx';
import { place } from '../place.ts';
import { linkTo } from '../routes.ts';
import { Outcome } from '../screens/pay-steps.tsx';
import { type Known, type Person, refresh } from '../state.ts';
import { Arriving } from './arriving.tsx';
import type { WaitingLine, WaitingPayment } from './queue.ts';
import { alarms, mandates, waiting } from './session.ts';
import { sessionNow } from './stage.ts';
import type { Alarm } from './watch.ts';
import { M, m } from './words.ts';

/** What the hub should be asked about, and what could not be sent yet. */
export function AtHome({ all }: { readonly all: Known }) {
  return (
    <>
      <Arriving all={all} />
      <Alarms all={all} />
      <Waiting />
    </>
  );
}

/** On every screen but home, which shows what it is. */
export function AlarmBanner() {
  return (
    <div role="alert">
      {alarms.value.length > 0 && place.value.screen !== 'home' && (
        <p class="banner">
          {m('alarmTitle')}. <a href={linkTo('home')}>{m('alarmLook')}</a>
        </p>
      )}
    </div>
  );
}

/** The hub hides limits that were signed in this browser, lets them be passed, or shows balances that it does not prove. */
function Alarms({ all }: { readonly all: Known }) {
  const shown = alarms.value;
  return (
    <div role="alert">
      {shown.length > 0 && (
        <div class="trouble">
          <strong>{m('alarmTitle')}</strong>
          {shown.map((alarm) => (
            <p key={`${alarm.type} ${alarm.neighbour} ${alarm.equivalent}`}>
              <M
                k={ALARM_WORDS[alarm.type]}
                who={<Name of={personOf(all, alarm.neighbour)} />}
                money={
                  <Money
                    amount={alarm.type === 'balance-unproven' ? alarm.balance : alarm.limit}
                    of={alarm.equivalent}
                  />
                }
              />
            </p>
          ))}
          <p>{m('alarmDo')}</p>
        </div>
      )}
    </div>
  );
}

const ALARM_WORDS = {
  'line-hidden': 'alarmLine',
  'limit-passed': 'alarmLimit',
  'balance-unproven': 'alarmBalance',
} as const satisfies Record<Alarm['type'], string>;

function personOf({ contacts }: Known, key: string): Person {
  return contacts.find(({ publicKey }) => publicKey === key) ?? { pid: key, name: null };
}

function Waiting() {
  const shown = waiting.value.filter((one) => one.kind === 'line' || one.phase !== 'new');
  if (shown.length === 0) return null;
  return (
    <section class="card" aria-labelledby="not-sent">
      <h2 id="not-sent">{m('waitingTitle')}</h2>
      <ul class="plain entries">
        {shown.map((one) => (
          <li key={`${one.kind} ${one.id}`}>{one.kind === 'line' ? <Line line={one} /> : <Payment payment={one} />}</li>
        ))}
      </ul>
    </section>
  );
}

function Line({ line }: { readonly line: WaitingLine }) {
  const { to, limit, equivalent, refusal } = line;
  const session = sessionNow();
  const [who, money] = [<Name of={to} />, <Money amount={limit} of={equivalent} />];
  if (refusal === null || session === null) return <M k="waitingLine" who={who} money={money} />;
  const { code, message, facts } = refusal;
  return (
    <>
      <p>
        <M k="refusedLine" who={who} money={money} />
      </p>
      <Trouble text={{ code, text: message, facts, hop: null, equivalent }} />
      <p>
        <button type="button" class="quiet" onClick={() => void session.queue.remove(line)}>
          {m('forgetIt')}
        </button>
      </p>
    </>
  );
}

const SAID = {
  new: 'waitingOver',
  asks: 'waitingAsks',
  over: 'waitingOver',
  open: 'waitingOpen',
} as const satisfies Record<WaitingPayment['phase'], string>;

function Payment({ payment }: { readonly payment: WaitingPayment }) {
  const { to, amount, equivalent, madeAtMs, phase } = payment;
  const { isBusy, trouble, run } = useTask();
  const result = useSignal<Result<'pay'> | null>(null);
  const session = sessionNow();
  if (session === null) return null;
  const [who, money] = [<Name of={to} />, <Money amount={amount} of={equivalent} />];
  const pay = (): void => {
    void run(async () => {
      result.value = await session.carrier.payWaiting(payment);
      await refresh();
    });
  };
  const forget = (): void => void run(() => session.queue.forget(payment));
  return (
    <>
      <p>
        <M k={SAID[phase]} who={who} money={money} time={<Time at={madeAtMs} />} />
      </p>
      <div class="actions">
        {phase === 'open' ? (
          <button
            type="button"
            class="quiet"
            disabled={isBusy.value}
            onClick={() => void run(() => session.carrier.flush())}
          >
            {m('lookNow')}
          </button>
        ) : (
          <button type="button" disabled={isBusy.value} onClick={pay}>
            <M k="payItNow" money={money} />
          </button>
        )}
        <ConfirmButton
          label={m('forgetIt')}
          title={m('forgetTitle')}
          yes={m('forgetIt')}
          isBusy={isBusy.value}
          onYes={forget}
        >
          <p>
            <M k="forgetMeans" who={who} />
          </p>
        </ConfirmButton>
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      {result.value !== null && <Outcome payment={result.value} onAgain={() => (result.value = null)} />}
    </>
  );
}

/** Until when others reach the member although nobody looks, and what the hub can and cannot do. */
export function WhileAway({ all }: { readonly all: Known }) {
  const now = mandates.value;
  const newest = now?.mandates[0];
  if (now === null) return null;
  return (
    <section class="card" aria-labelledby="away">
      <h2 id="away">{m('mayTitle')}</h2>
      {newest === undefined && <p>{m('mayNothing')}</p>}
      {newest !== undefined && (
        <>
          <p>{now.present ? <M k="mayUntil" time={<Time at={newest.notAfterMs} />} /> : m('mayNot')}</p>
          <Fold summary={m('mayDetails')}>
            <p>
              <strong>{m('can')}</strong> {m('mayReceive')}
            </p>
            <p>
              <strong>{m('cannot')}</strong> {m('mayCannot')}
            </p>
            <p>{m('mayRenew')}</p>
            <p>{m('mayCaps')}</p>
            <ul>
              {newest.accounts.map(({ neighbour, equivalent, used, cap }) => (
                <li key={`${neighbour} ${equivalent}`}>
                  <M
                    k="mayCap"
                    who={<Name of={personOf(all, neighbour)} />}
                    used={<Money amount={used} of={equivalent} />}
                    cap={<Money amount={cap} of={equivalent} />}
                  />
                </li>
              ))}
            </ul>
          </Fold>
        </>
      )}
    </section>
  );
}
