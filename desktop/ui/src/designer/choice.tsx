/** Choosing those who are drawn, by name. */
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { Field } from '../parts.tsx';
import { chosen, design, other } from './state.ts';
import { d } from './words.ts';

interface Props {
  readonly label: string;
  readonly name: string;
  /** Whom a click on the drawing chose; the list chooses the same. */
  readonly choice: Signal<string | null>;
}

/** One of those who are drawn, chosen in a list or by a click on the drawing. */
function PersonChoice({ label, name, choice }: Props) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        name={name}
        required
        value={choice.value ?? ''}
        onChange={(event) => {
          choice.value = event.currentTarget.value === '' ? null : event.currentTarget.value;
        }}
      >
        <option value="">{d('choose')}</option>
        {design.value.people.map((person) => (
          <option key={person.name} value={person.name}>
            {person.name}
          </option>
        ))}
      </select>
    </p>
  );
}

/** From whom to whom, and how much. The form has them as `from`, `to` and `amount`. */
export function PairAndAmount({
  from,
  to,
  of,
  amount,
}: {
  readonly from: string;
  readonly to: string;
  readonly of: string;
  readonly amount: Signal<string>;
}) {
  return (
    <div class="row">
      <PersonChoice label={from} name="from" choice={chosen} />
      <PersonChoice label={to} name="to" choice={other} />
      <Field
        label={of}
        name="amount"
        inputMode="decimal"
        value={amount.value}
        required
        onInput={(text) => (amount.value = text)}
      />
    </div>
  );
}
