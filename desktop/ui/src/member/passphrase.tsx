/** A passphrase, typed twice. */
import { useId } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { m } from './words.ts';

/** Shorter ones are tried out too fast, were the device ever in other hands. */
const LEAST = 6;

export function PassphraseFields() {
  const id = useId();
  return (
    <>
      {(['passphrase', 'again'] as const).map((name) => (
        <p class="field" key={name}>
          <label for={`${id}-${name}`}>{t(name === 'again' ? 'passphraseAgain' : 'passphrase')}</label>
          <input
            id={`${id}-${name}`}
            name={name}
            type="password"
            autoComplete="new-password"
            minLength={LEAST}
            required
          />
        </p>
      ))}
      <p class="hint">{m('protectHint', { least: String(LEAST) })}</p>
    </>
  );
}

/** What was typed; null: the fields are not there. `differ`: the two are not the same. */
export function typedPassphrase(form: HTMLFormElement): {
  readonly passphrase: string | null;
  readonly differ: boolean;
} {
  const [first, again] = ['passphrase', 'again'].map((name) => new FormData(form).get(name));
  if (typeof first !== 'string') return { passphrase: null, differ: false };
  return { passphrase: first, differ: first !== again };
}
