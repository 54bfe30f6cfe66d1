/** What can be done to a network that runs, and its state as tables. */
import { useSignal } from '@preact/signals';
import { PairAndAmount } from './choice.tsx';
import { unitsOf } from './model.ts';
import { isPlaying, pause, play, SPEEDS, speed } from './player.ts';
import type { Run } from './run.ts';
import { AccountsTable, HeldTable, MessagesTable, PaymentsTable, PeopleTable, type Seen } from './run-tables.tsx';
import { act, chooseNobody, chosen, design, happened, other, pay, rest, showsAll, step, trouble } from './state.ts';
import { d } from './words.ts';

export function RunPart({ run }: { readonly run: Run }) {
  const seen = { run, moment: happened.value };
  return (
    <>
      <Controls {...seen} />
      <PayForm />
      <HeldTable {...seen} />
      <AccountsTable {...seen} />
      <PeopleTable {...seen} />
      <PaymentsTable {...seen} />
      <MessagesTable {...seen} />
    </>
  );
}

/** Do people want nothing to move by itself? */
function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function Controls({ run }: Seen) {
  return (
    <section class="card" aria-label={d('controls')}>
      <p class="actions">
        <button type="button" onClick={step} disabled={isPlaying.value}>
          {d('step')}
        </button>
        {!isStill() && (
          <button type="button" onClick={isPlaying.value ? pause : play}>
            {d(isPlaying.value ? 'pause' : 'play')}
          </button>
        )}
        <button type="button" class="quiet" onClick={rest} disabled={isPlaying.value}>
          {d('rest')}
        </button>
        <button type="button" class="quiet" onClick={() => act((running) => running.clear())}>
          {d('clearCircles')}
        </button>
        {!isStill() && <SpeedChoice />}
      </p>
      <p>
        <label>
          <input
            type="checkbox"
            checked={showsAll.value}
            onChange={(event) => {
              showsAll.value = event.currentTarget.checked;
            }}
          />{' '}
          {d('showAll')}
        </label>
      </p>
      <p class="hint">{d('time', { seconds: (run.nowMs / 1_000).toFixed(3) })}</p>
      {run.cleared.length > 0 && (
        <p>{d('cleared', { count: String(run.cleared.length), amounts: run.cleared.join(', ') })}</p>
      )}
    </section>
  );
}

function SpeedChoice() {
  return (
    <label>
      {d('speed')}{' '}
      <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one} ×
          </option>
        ))}
      </select>
    </label>
  );
}

function PayForm() {
  const amount = useSignal('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const units = unitsOf(amount.value, design.value.precision);
    const [from, to] = [chosen.value, other.value];
    if (units === null) trouble.value = 'amount';
    else if (from === null || to === null) trouble.value = 'two-people';
    else if (pay(from, to, units)) chooseNobody();
  };
  return (
    <section class="card" aria-labelledby="pay">
      <h2 id="pay">{d('pay')}</h2>
      <form onSubmit={submit}>
        <PairAndAmount from={d('payer')} to={d('receiver')} of={d('amount')} amount={amount} />
        <button type="submit">{d('payNow')}</button>
      </form>
    </section>
  );
}
