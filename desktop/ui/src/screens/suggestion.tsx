import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { T } from '../i18n.tsx';
import { Money, Name, Trouble, useTask } from '../parts.tsx';
import { type Person, refresh } from '../state.ts';

/** What somebody's card suggests to let them owe. */
export interface Suggested {
  readonly who: Person & { readonly publicKey: string };
  readonly equivalent: string;
  readonly amount: string;
}

/** The suggestion, to be followed with one click. */
export function Suggestion({ suggested: { who: person, equivalent, amount } }: { readonly suggested: Suggested }) {
  const { isBusy, trouble, run } = useTask();
  const isSet = useSignal(false);
  const follow = (): void => {
    void run(async () => {
      await ask('setTrustLine', { who: person.publicKey, equivalent, limit: amount });
      isSet.value = true;
      await refresh();
    });
  };
  const [who, money] = [<Name of={person} />, <Money amount={amount} of={equivalent} />];
  if (isSet.value) {
    return (
      <p>
        <T k="saved" who={who} money={money} />
      </p>
    );
  }
  return (
    <>
      <p>
        <T k="suggested" who={who} money={money} />
      </p>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={follow}>
        <T k="letThemOwe" who={who} money={money} />
      </button>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
