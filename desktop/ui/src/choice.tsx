/** One of a few possibilities, each with its words. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props<V extends string> {
  readonly question: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly options: readonly (readonly [value: V, words: ComponentChildren])[];
  readonly value: V;
  /** Resolves when it is done, or has failed and `value` stays. */
  readonly onChoose: (value: V) => Promise<void>;
}

/** A question with its answers, of which one is chosen. */
export function Choice<V extends string>({ question, hint, options, value, onChoose }: Props<V>) {
  const name = useId();
  const wanted = useSignal<V | null>(null);
  const choose = async (one: V): Promise<void> => {
    wanted.value = one;
    await onChoose(one);
    wanted.value = null;
  };
  return (
    <fieldset class="choice" aria-describedby={`${name}-hint`} aria-busy={wanted.value !== null}>
      <legend>{question}</legend>
      {options.map(([one, words]) => (
        <label key={one}>
          <input
            type="radio"
            name={name}
            value={one}
            checked={one === (wanted.value ?? value)}
            onChange={() => void choose(one)}
          />
          <span>{words}</span>
        </label>
      ))}
      {hint !== undefined && (
        <small id={`${name}-hint`} class="hint">
          {hint}
        </small>
      )}
    </fieldset>
  );
}
