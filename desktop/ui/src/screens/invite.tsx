import { useSignal } from '@preact/signals';
import { ask, otherCarrier } from '../api.ts';
import { typedAmount } from '../format.ts';
import { t } from '../i18n.tsx';
import { Field, LinkAndPicture, Trouble, typedIn, useTask } from '../parts.tsx';

/** Makes a contact card that says how much its maker would like to be able to owe whoever takes it. */
export function Invite({ currency }: { readonly currency: string }) {
  const { isBusy, trouble, run } = useTask();
  const link = useSignal<string | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      link.value = null;
      const [amount, equivalent] = [typedAmount(typedIn(form, 'limit')), typedIn(form, 'currency')];
      const suggestedLimit = { amount, equivalent };
      link.value = (await otherCarrier()?.invite(suggestedLimit)) ?? (await ask('makeCard', { suggestedLimit })).card;
    });
  };
  return (
    <section class="card" aria-labelledby="invite">
      <h2 id="invite">{t('invite')}</h2>
      <p class="hint">{t('inviteHint')}</p>
      <form onSubmit={submit}>
        <div class="row">
          <Field label={t('inviteLimit')} name="limit" inputMode="decimal" required />
          <Field label={t('currency')} name="currency" hint={t('currencyHint')} initial={currency} required />
        </div>
        <button type="submit" disabled={isBusy.value}>
          {t(isBusy.value ? 'making' : 'makeInvitation')}
        </button>
      </form>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      {link.value !== null && <LinkAndPicture link={link.value} label={t('invitationMade')} />}
    </section>
  );
}
