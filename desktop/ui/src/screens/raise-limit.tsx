import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { Copyable } from '../copyable.tsx';
import { Fold } from '../fold.tsx';
import { formatMoney, shortPid, typedAmount } from '../format.ts';
import { locale, T, t } from '../i18n.tsx';
import { Field, Name, Trouble, typedIn, useTask } from '../parts.tsx';
import { place } from '../place.ts';
import type { Known } from '../state.ts';

/** A message that asks somebody for a higher limit: an invitation with words around it. */
export function RaiseLimit({ contact, currency }: { readonly contact: Known['contacts'][number]; currency: string }) {
  const { isBusy, trouble, run } = useTask();
  const message = useSignal<string | null>(null);
  const { query } = place.value;
  const isMeant = query.get('raise') === contact.pid;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      message.value = null;
      const suggestedLimit = {
        amount: typedAmount(typedIn(form, 'wanted')),
        equivalent: typedIn(form, 'wanted-currency'),
      };
      const { card } = await ask('makeCard', { suggestedLimit });
      const money = formatMoney(suggestedLimit.amount, suggestedLimit.equivalent, locale.value);
      message.value = t('raiseText', { money, card });
    });
  };
  return (
    <Fold summary={<T k="raise" who={<Name of={contact} />} />} isMeant={isMeant}>
      <form onSubmit={submit}>
        <p class="hint">{t('raiseHint')}</p>
        <div class="row">
          <Field
            label={t('amount')}
            name="wanted"
            inputMode="decimal"
            initial={isMeant ? (query.get('amount') ?? '') : ''}
            required
          />
          <Field
            label={t('currency')}
            name="wanted-currency"
            hint={t('currencyHint')}
            initial={isMeant ? (query.get('currency') ?? currency) : currency}
            required
          />
        </div>
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'making' : 'raiseMake')}
        </button>
        {trouble.value !== null && <Trouble text={trouble.value} />}
        {message.value !== null && (
          <Copyable
            label={t('raiseReady', { who: contact.name ?? shortPid(contact.pid) })}
            text={message.value}
            rows={6}
          />
        )}
      </form>
    </Fold>
  );
}
