import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Input, Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { ConfirmButton } from '../confirm.tsx';
import { typedAmount } from '../format.ts';
import { T, t } from '../i18n.tsx';
import { Field, Name, Trouble, typedIn, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';

type Card = Known['trustLines'][number];
type Given = NonNullable<Card['given']>;
type Change = Pick<Input<'setTrustLine'>, 'status' | 'policy'>;

/** What somebody may owe, beyond how much: how fast, for what, whether now, and whether at all. */
export function LineSettings({ card, given }: { readonly card: Card; readonly given: Given }) {
  const { neighbour, equivalent } = card;
  const { isBusy, trouble, run } = useTask();
  const done = useSignal<Result<'setTrustLine'> | null>(null);
  const id = useId();
  const who = <Name of={neighbour} />;
  const carryOut = (change: () => Promise<Result<'setTrustLine'>>): void => {
    void run(async () => {
      done.value = null;
      done.value = await change();
      await refresh();
    });
  };
  const { limit } = given;
  const status = given.status === 'frozen' ? 'frozen' : 'active';
  const set = (change: Change): void =>
    carryOut(() => ask('setTrustLine', { who: neighbour.publicKey, equivalent, limit, status, ...change }));
  const close = (): void => carryOut(() => ask('closeTrustLine', { who: neighbour.publicKey, equivalent }));
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>
        <T k="lineTitle" who={who} currency={equivalent} />
      </h3>
      {given.status === 'frozen' && (
        <p>
          <strong>{t('lineFrozen')}</strong>
        </p>
      )}
      {/* What was kept is where the form begins. */}
      <PolicyForm
        key={given.seq}
        card={card}
        given={given}
        isBusy={isBusy.value}
        onSave={(policy) => set({ policy })}
      />
      <div class="actions">
        <button
          type="button"
          class="quiet"
          disabled={isBusy.value}
          onClick={() => set({ status: given.status === 'frozen' ? 'active' : 'frozen' })}
        >
          {t(given.status === 'frozen' ? 'resumeLine' : 'pauseLine')}
        </button>
        <ConfirmButton
          label={t('closeLine')}
          title={<T k="closeLineTitle" who={who} currency={equivalent} />}
          yes={t('closeLineYes')}
          isBusy={isBusy.value}
          onYes={close}
        >
          <p>{t('closeLineMeans')}</p>
        </ConfirmButton>
      </div>
      <p role="status">
        {done.value?.given && <T k={done.value.given.acked ? 'lineKept' : 'lineKeptLater'} who={who} />}
      </p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

interface PolicyProps {
  readonly card: Card;
  readonly given: Given;
  readonly isBusy: boolean;
  readonly onSave: (policy: NonNullable<Change['policy']>) => void;
}

function PolicyForm({ card, given: { policy }, isBusy, onSave }: PolicyProps) {
  const who = <Name of={card.neighbour} />;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const chosen = new FormData(form);
    const daily = typedAmount(typedIn(form, 'daily'));
    onSave({
      dailyLimit: daily === '' ? null : daily,
      canBeIntermediate: chosen.has('pass'),
      autoClearing: chosen.has('even-out'),
      announce: chosen.has('map'),
    });
  };
  return (
    <form onSubmit={submit}>
      <Field
        label={t('dailyLimit')}
        name="daily"
        hint={t('dailyLimitHint')}
        inputMode="decimal"
        initial={policy.dailyLimit ?? ''}
      />
      <Check name="pass" isOn={policy.canBeIntermediate} words={<T k="mayPass" who={who} />} />
      <Check name="even-out" isOn={policy.autoClearing} words={<T k="evenOut" who={who} />} />
      <Check name="map" isOn={policy.announce} words={<T k="onMap" who={who} />} />
      <button type="submit" disabled={isBusy}>
        {t(isBusy ? 'saving' : 'save')}
      </button>
    </form>
  );
}

interface CheckProps {
  readonly name: string;
  readonly isOn: boolean;
  readonly words: ComponentChildren;
}

function Check({ name, isOn, words }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} defaultChecked={isOn} />
      <span>{words}</span>
    </label>
  );
}
