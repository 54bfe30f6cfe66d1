/** The drawing as forms and tables: participants, who lets whom owe how much, and payments. */
import { useSignal } from '@preact/signals';
import { Field, Scrolled, typedIn } from '../parts.tsx';
import { addAt } from './canvas.tsx';
import { PairAndAmount } from './choice.tsx';
import {
  type Line,
  type Trouble,
  unitsOf,
  withLine,
  withName,
  withoutLine,
  withoutPayment,
  withoutPerson,
  withPerson,
  withPlace,
} from './model.ts';
import { change, chooseNobody, design, extent } from './state.ts';
import { d } from './words.ts';

export function DrawPart() {
  return (
    <>
      <section class="card" aria-labelledby="people">
        <h2 id="people">{d('people')}</h2>
        <PeopleTable />
        <AddPerson />
      </section>
      <section class="card" aria-labelledby="lines">
        <h2 id="lines">{d('lines')}</h2>
        <p class="hint">{d('linesHint')}</p>
        <LinesTable />
        {design.value.people.length > 1 && <AddLine />}
      </section>
      {design.value.payments.length > 0 && (
        <section class="card" aria-labelledby="payments">
          <h2 id="payments">{d('plannedPayments')}</h2>
          <PaymentsTable />
        </section>
      )}
    </>
  );
}

interface CellProps {
  readonly label: string;
  readonly value: string;
  readonly numeric?: boolean;
  /** False: it is put back as it was. */
  readonly onChange: (text: string) => boolean;
}

/** A value in a table that can be written over. */
function Cell({ label, value, numeric = false, onChange }: CellProps) {
  return (
    <input
      type="text"
      aria-label={label}
      defaultValue={value}
      key={value}
      autoComplete="off"
      spellcheck={false}
      dir="auto"
      {...(numeric && { inputMode: 'decimal' as const })}
      onChange={(event) => {
        if (!onChange(event.currentTarget.value)) event.currentTarget.value = value;
      }}
    />
  );
}

function PeopleTable() {
  const { people } = design.value;
  if (people.length === 0) return <p>{d('nobodyYet')}</p>;
  const moved = (name: string, place: { readonly x: number; readonly y: number }): boolean =>
    Number.isFinite(place.x) && Number.isFinite(place.y) && change(withPlace(design.value, name, place));
  return (
    <Scrolled label={d('people')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{d('name')}</th>
            <th scope="col">x</th>
            <th scope="col">y</th>
            <th scope="col">{d('remove')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map(({ name, x, y }) => (
            <tr key={name}>
              <td>
                <Cell label={d('nameOf', { name })} value={name} onChange={(text) => renamed(name, text)} />
              </td>
              <td>
                <Cell
                  label={d('xOf', { name })}
                  value={String(x)}
                  onChange={(text) => moved(name, { x: Number(text), y })}
                />
              </td>
              <td>
                <Cell
                  label={d('yOf', { name })}
                  value={String(y)}
                  onChange={(text) => moved(name, { x, y: Number(text) })}
                />
              </td>
              <td>
                <RemoveButton
                  label={d('removeOne', { name })}
                  onClick={() => {
                    chooseNobody();
                    change(withoutPerson(design.value, name));
                  }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function renamed(before: string, after: string): boolean {
  chooseNobody();
  return change(withName(design.value, before, after));
}

function RemoveButton({ label, onClick }: { readonly label: string; readonly onClick: () => void }) {
  return (
    <button type="button" class="quiet" aria-label={label} onClick={onClick}>
      ×
    </button>
  );
}

function AddPerson() {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = typedIn(form, 'name');
    const place = freePlace();
    if (name === '') addAt(place);
    else if (!change(withPerson(design.value, { name, ...place }))) return;
    form.reset();
  };
  return (
    <form onSubmit={submit}>
      <Field label={d('newName')} name="name" hint={d('newNameHint')} />
      <button type="submit">{d('addPerson')}</button>
    </form>
  );
}

/** On a spiral around the middle, so that nobody stands upon another. */
function freePlace(): { readonly x: number; readonly y: number } {
  const { x, y } = extent.value;
  const count = design.value.people.length;
  const [angle, radius] = [count * 2.4, 55 * Math.sqrt(count)];
  return {
    x: Math.round((x[0] + x[1]) / 2 + radius * Math.cos(angle)),
    y: Math.round((y[0] + y[1]) / 2 + radius * Math.sin(angle)),
  };
}

function LinesTable() {
  const { lines, precision } = design.value;
  if (lines.length === 0) return <p>{d('noLinesYet')}</p>;
  const changed = (line: Line, field: 'limit' | 'owed', text: string): boolean =>
    change(withUnits(unitsOf(text, precision), (units) => withLine(design.value, { ...line, [field]: units })));
  return (
    <Scrolled label={d('lines')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{d('trusts')}</th>
            <th scope="col">{d('mayOwe')}</th>
            <th scope="col">{d('upTo')}</th>
            <th scope="col">{d('owedAtFirst')}</th>
            <th scope="col">{d('remove')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const { from, to, limit, owed } = line;
            return (
              <tr key={JSON.stringify([from, to])}>
                <td>
                  <bdi>{from}</bdi>
                </td>
                <td>
                  <bdi>{to}</bdi>
                </td>
                <td>
                  <Cell
                    label={d('limitOf', { from, to })}
                    value={String(limit)}
                    numeric
                    onChange={(text) => changed(line, 'limit', text)}
                  />
                </td>
                <td>
                  <Cell
                    label={d('owedOf', { from, to })}
                    value={String(owed)}
                    numeric
                    onChange={(text) => changed(line, 'owed', text)}
                  />
                </td>
                <td>
                  <RemoveButton
                    label={d('removeLine', { from, to })}
                    onClick={() => change(withoutLine(design.value, from, to))}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}

/** What is made of a number that was typed, if it is one. */
function withUnits<T>(units: number | null, made: (units: number) => T | Trouble): T | Trouble {
  return units === null ? 'amount' : made(units);
}

function AddLine() {
  const limit = useSignal('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const [from, to] = [typedIn(form, 'from'), typedIn(form, 'to')];
    const owed = design.value.lines.find((line) => line.from === from && line.to === to)?.owed ?? 0;
    const made = withUnits(unitsOf(limit.value, design.value.precision), (units) =>
      withLine(design.value, { from, to, limit: units, owed }),
    );
    if (change(made)) chooseNobody();
  };
  return (
    <form onSubmit={submit}>
      <PairAndAmount from={d('trusts')} to={d('mayOwe')} of={d('upTo')} amount={limit} />
      <button type="submit">{d('addLine')}</button>
    </form>
  );
}

function PaymentsTable() {
  return (
    <Scrolled label={d('plannedPayments')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{d('at')}</th>
            <th scope="col">{d('payer')}</th>
            <th scope="col">{d('receiver')}</th>
            <th scope="col">{d('amount')}</th>
            <th scope="col">{d('remove')}</th>
          </tr>
        </thead>
        <tbody>
          {design.value.payments.map(({ at, from, to, amount }, index) => (
            <tr key={index}>
              <td>{d('seconds', { seconds: String(at) })}</td>
              <td>
                <bdi>{from}</bdi>
              </td>
              <td>
                <bdi>{to}</bdi>
              </td>
              <td>{amount}</td>
              <td>
                <RemoveButton
                  label={d('removePayment', { from, to })}
                  onClick={() => change(withoutPayment(design.value, index))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
