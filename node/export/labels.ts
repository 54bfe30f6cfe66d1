/** How people are called in account names of bookkeeping programs: readable, harmless, and never two the same. */
import { type PublicKey, pidOf } from '#protocol/identity.ts';

/** Gives each participant a label of its own, always the same. `form` makes harmless what a name holds. */
export class Labels {
  readonly #nameOf: (key: PublicKey) => string | null;
  readonly #form: (text: string) => string;
  readonly #labels = new Map<PublicKey, string>();
  readonly #taken = new Set<string>();

  constructor(nameOf: (key: PublicKey) => string | null, form: (text: string) => string) {
    this.#nameOf = nameOf;
    this.#form = form;
  }

  of(key: PublicKey): string {
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const pid = pidOf(key);
    const name = this.#form(this.#nameOf(key) ?? '');
    // Somebody may be called as somebody else's id is.
    const choices = [...(name === '' ? [] : [name]), this.#form(`${name} ${pid}`), this.#form(`${name} ${key}`)];
    const label = choices.find((choice) => !this.#taken.has(choice.toLowerCase())) ?? this.#form(key);
    this.#labels.set(key, label);
    this.#taken.add(label.toLowerCase());
    return label;
  }
}
