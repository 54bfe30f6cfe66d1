/** Choosing somebody who is drawn, by name. */
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { design } from './state.ts';
import { d } from './words.ts';

interface Props {
  readonly label: string;
  readonly name: string;
  /** Whom a click on the drawing chose; the list chooses the same. */
  readonly choice: Signal<string | null>;
}

/** One of those who are drawn, chosen in a list or by a click on the drawing. */
export function PersonChoice({ label, name, choice }: Props) {
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
