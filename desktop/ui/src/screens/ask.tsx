import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask } from '../api.ts';
import { typedAmount } from '../format.ts';
import { t } from '../i18n.tsx';
import { Field, LinkAndPicture, Title, Trouble, typedIn, useTask } from '../parts.tsx';
import type { Known } from '../state.ts';

/** What others need: a request to pay, and the own contact card. */
export function AskScreen({ all }: { readonly all: Known }) {
  const { isBusy, trouble, run } = useTask();
  const link = useSignal<string | null>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void run(async () => {
      link.value = null;
      const [amount, memo] = [typedAmount(typedIn(form, 'amount')), typedIn(form, 'memo')];
      const request = await ask('makeRequest', {
        equivalent: typedIn(form, 'currency'),
        ...(amount !== '' && { amount }),
        ...(memo !== '' && { memo }),
      });
      link.value = request.link;
    });
  };
  return (
    <>
      <Title>{t('ask')}</Title>
      <section class="card" aria-labelledby="request">
        <h2 id="request">{t('askTitle')}</h2>
        <p class="hint">{t('askHint')}</p>
        <form onSubmit={submit}>
          <div class="row">
            <Field label={t('amount')} name="amount" hint={t('amountOpen')} inputMode="decimal" />
            <Field
              label={t('currency')}
              name="currency"
              hint={t('currencyHint')}
              initial={all.trustLines[0]?.equivalent ?? ''}
              required
            />
          </div>
          <Field label={t('memo')} name="memo" hint={t('memoPublic')} />
          <button type="submit" disabled={isBusy.value}>
            {t(isBusy.value ? 'making' : 'makeRequest')}
          </button>
        </form>
        {trouble.value !== null && <Trouble text={trouble.value} />}
        {link.value !== null && <LinkAndPicture link={link.value} label={t('requestMade')} />}
      </section>
      <OwnCard />
    </>
  );
}

function OwnCard() {
  const { trouble, run } = useTask();
  const card = useSignal<string | null>(null);
  useEffect(() => {
    void run(async () => {
      card.value = (await ask('getId', {})).card;
    });
  }, []);
  return (
    <section class="card" aria-labelledby="card">
      <h2 id="card">{t('yourCard')}</h2>
      <p class="hint">{t('cardHint')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      {card.value !== null && <LinkAndPicture link={card.value} label={t('link')} />}
    </section>
  );
}
