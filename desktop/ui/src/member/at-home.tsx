/** What a member sees at home beside all the rest: what waits to be sent, and what the hub may do for it. */
import { Fold } from '../fold.tsx';
import { lazily } from '../lazily.tsx';
import { Money, Name, Time } from '../parts.tsx';
import { place } from '../place.ts';
import { linkTo } from '../routes.ts';
import type { Known, Person } from '../state.ts';
import { Arriving } from './arriving.tsx';
import { alarms, mandates, waiting } from './session.ts';
import type { Alarm } from './watch.ts';
import { M, m } from './words.ts';

const WaitingList = lazily(async () => (await import('./waiting.tsx')).WaitingList);

/** What the hub should be asked about, and what could not be sent yet. */
export function AtHome({ all }: { readonly all: Known }) {
  const unsent = waiting.value.filter((one) => one.kind !== 'payment' || one.phase !== 'new');
  return (
    <>
      <Arriving all={all} />
      <Alarms all={all} />
      {unsent.length > 0 && <WaitingList shown={unsent} />}
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
