import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { AskError } from '../ask-error.ts';
import { typedAmount } from '../format.ts';
import { t } from '../i18n.tsx';
import { Field, Title, Trouble, useTask } from '../parts.tsx';
import { place } from '../place.ts';
import { Scan } from '../scan.tsx';
import { type Known, refresh } from '../state.ts';
import { Confirm, Outcome } from './pay-steps.tsx';
import { Payable } from './payable.tsx';

/** What is about to be paid, as the person will be asked to confirm it. */
export interface Order {
  /** Names the payment: confirmed twice it is still one. */
  readonly id: string;
  readonly preview: Result<'previewPayment'>;
  readonly memo: string;
  readonly request: Result<'readRequest'> | null;
}

type Step =
  | { readonly name: 'form' }
  | { readonly name: 'confirm'; readonly order: Order }
  | { readonly name: 'done'; readonly payment: Result<'pay'> };

/** Whom the typed text means: the one contact who is called so, else what the node makes of it. */
function whoIs(contacts: Known['contacts'], typed: string): string {
  const named = contacts.filter(({ name }) => name === typed);
  return named.length === 1 && named[0] !== undefined ? named[0].publicKey : typed;
}

/** To whom and how much; what it means, to be confirmed; what came of it. */
export function PayScreen({ all }: { readonly all: Known }) {
  const step = useSignal<Step>({ name: 'form' });
  const to = useSignal(place.value.query.get('to') ?? '');
  const amount = useSignal('');
  const currency = useSignal(all.trustLines[0]?.equivalent ?? '');
  const memo = useSignal('');
  const { isBusy, trouble, run } = useTask();

  const review = (): Promise<void> =>
    run(async () => {
      const who = whoIs(all.contacts, to.value.trim());
      const request = await readRequest(who);
      const money = request === null ? { equivalent: currency.value.trim(), amount: amountTyped() } : moneyOf(request);
      const preview = await ask('previewPayment', { to: request?.payee.publicKey ?? who, ...money });
      step.value = {
        name: 'confirm',
        order: { id: crypto.randomUUID(), preview, memo: memo.value.trim(), request },
      };
    });
  const amountTyped = (): string => typedAmount(amount.value);
  const moneyOf = ({ equivalent, amount }: Result<'readRequest'>) => ({ equivalent, amount: amount ?? amountTyped() });
  const pay = (order: Order): Promise<void> =>
    run(async () => {
      step.value = { name: 'done', payment: await carryOut(order) };
      await refresh();
    });
  const begin = (): void => {
    amount.value = '';
    memo.value = '';
    step.value = { name: 'form' };
  };

  const now = step.value;
  return (
    <>
      <Title key={now.name}>{t(now.name === 'confirm' ? 'confirmTitle' : 'pay')}</Title>
      {now.name === 'form' && (
        <form
          class="card"
          onSubmit={(event) => {
            event.preventDefault();
            void review();
          }}
        >
          <WhomField contacts={all.contacts} value={to.value} onInput={(text) => (to.value = text)} />
          <Scan onText={(text) => (to.value = text)} />
          <div class="row">
            <Field
              label={t('howMuch')}
              name="amount"
              inputMode="decimal"
              value={amount.value}
              required={!isRequest(to.value)}
              onInput={(text) => (amount.value = text)}
            />
            <Field
              label={t('currency')}
              name="currency"
              hint={t('currencyHint')}
              value={currency.value}
              required={!isRequest(to.value)}
              onInput={(text) => (currency.value = text)}
            />
          </div>
          <Payable to={whoIs(all.contacts, to.value.trim())} equivalent={currency.value.trim()} />
          <Field
            label={t('memo')}
            name="memo"
            hint={t('memoHint')}
            value={memo.value}
            onInput={(text) => (memo.value = text)}
          />
          <button type="submit" disabled={isBusy.value}>
            {t('review')}
          </button>
        </form>
      )}
      {now.name === 'confirm' && (
        <Confirm
          order={now.order}
          isBusy={isBusy.value}
          onPay={() => void pay(now.order)}
          onBack={() => (step.value = { name: 'form' })}
        />
      )}
      {now.name === 'done' && <Outcome payment={now.payment} onAgain={begin} />}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

interface WhomProps {
  readonly contacts: Known['contacts'];
  readonly value: string;
  readonly onInput: (text: string) => void;
}

function WhomField({ contacts, value, onInput }: WhomProps) {
  const list = useId();
  return (
    <>
      <Field
        label={t('toWhom')}
        name="to"
        hint={t('toWhomHint')}
        value={value}
        list={list}
        required
        onInput={onInput}
      />
      <datalist id={list}>
        {contacts.map(({ pid, name }) => name !== null && <option key={pid} value={name} />)}
      </datalist>
    </>
  );
}

/** Could the text be a link? Contact cards are, too. */
function isRequest(text: string): boolean {
  return /^\s*(geo:|https:)/i.test(text);
}

/** The payment request that the text is; null: it names somebody in another way. */
async function readRequest(text: string): Promise<Result<'readRequest'> | null> {
  if (!isRequest(text)) return null;
  try {
    return await ask('readRequest', { link: text });
  } catch (error) {
    if (error instanceof AskError && error.code === 'bad-link') return null;
    throw error;
  }
}

function carryOut({ id, preview, memo, request }: Order): Promise<Result<'pay'>> {
  if (request !== null) {
    return ask('payRequest', { link: request.link, ...(request.amount === null && { amount: preview.amount }) });
  }
  const { to, equivalent, amount } = preview;
  return ask('pay', { to: to.publicKey, equivalent, amount, id, ...(memo !== '' && { memo }) });
}
