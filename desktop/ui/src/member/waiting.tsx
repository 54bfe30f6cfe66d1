/** What could not be sent yet, for the person to see: what it is, and what can be done with it. */
import { useSignal } from '@preact/signals';
import type { Result } from '#node/api/contract.ts';
import { ConfirmButton } from '../confirm.tsx';
import { Money, Name, Time, Trouble, useTask } from '../parts.tsx';
import { Outcome } from '../screens/pay-steps.tsx';
import { refresh } from '../state.ts';
import type { Waiting, WaitingContact, WaitingLine, WaitingPayment } from './queue.ts';
import { sessionNow } from './stage.ts';
import { M, m } from './words.ts';

/** All of it, in the order in which it was made. */
export function WaitingList({ shown }: { readonly shown: readonly Waiting[] }) {
  return (
    <section class="card" aria-labelledby="not-sent">
      <h2 id="not-sent">{m('waitingTitle')}</h2>
      <ul class="plain entries">
        {shown.map((one) => (
          <li key={`${one.kind} ${one.id}`}>
            <One one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ one }: { readonly one: Waiting }) {
  switch (one.kind) {
    case 'line':
      return <Line line={one} />;
    case 'contact':
      return <Contact change={one} />;
    case 'payment':
      return <Payment payment={one} />;
  }
}

function Line({ line }: { readonly line: WaitingLine }) {
  const { to, limit, equivalent, refusal } = line;
  const [who, money] = [<Name of={to} />, <Money amount={limit} of={equivalent} />];
  if (refusal === null) return <M k="waitingLine" who={who} money={money} />;
  return (
    <>
      <p>
        <M k="refusedLine" who={who} money={money} />
      </p>
      <Refused one={line} refusal={refusal} equivalent={equivalent} />
    </>
  );
}

function Contact({ change }: { readonly change: WaitingContact }) {
  const { to, put, refusal } = change;
  const who = <Name of={{ ...to, name: put?.alias ?? to.name }} />;
  if (refusal === null) return <M k={put === null ? 'waitingRemoved' : 'waitingChanged'} who={who} />;
  return (
    <>
      <p>
        <M k={put === null ? 'refusedRemoved' : 'refusedChanged'} who={who} />
      </p>
      <Refused one={change} refusal={refusal} equivalent={null} />
    </>
  );
}

interface RefusedProps {
  readonly one: WaitingLine | WaitingContact;
  readonly refusal: NonNullable<WaitingLine['refusal']>;
  readonly equivalent: string | null;
}

/** Why it will never be taken. */
function Refused({ one, refusal: { code, message, facts }, equivalent }: RefusedProps) {
  return (
    <>
      <Trouble text={{ code, text: message, facts, hop: null, equivalent }} />
      <p>
        <button type="button" class="quiet" onClick={() => void sessionNow()?.queue.remove(one)}>
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
