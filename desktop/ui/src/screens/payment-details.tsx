/** One line of the history with all that is known of it, and what proves it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Result } from '#node/api/contract.ts';
import { ask } from '../api.ts';
import { type Entry, keyOf } from '../history-entry.ts';
import { hasMore, loadUntil, rows } from '../history-rows.ts';
import { t } from '../i18n.tsx';
import { Money, Name, Time, Title, Trouble, useTask } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import type { Person } from '../state.ts';
import { whyOf } from '../why-text.tsx';
import { Certificate } from './certificate.tsx';
import { What } from './entries.tsx';
import { Fact } from './fact.tsx';
import { Receipt } from './receipt.tsx';

/** The entry of this key, which may have to be read first. */
export function PaymentDetails({ id }: { readonly id: string }) {
  const { trouble, run } = useTask();
  const find = (): Entry | undefined => rows.value.find((entry) => keyOf(entry) === id);
  useEffect(() => {
    const stop = new AbortController();
    void run(() => loadUntil(() => find() !== undefined, stop.signal));
    return () => stop.abort();
  }, []);
  const entry = find();
  return (
    <>
      <Title>{t('details')}</Title>
      {entry !== undefined && <Details entry={entry} />}
      {entry === undefined && <p role="status">{t(hasMore.value ? 'readingOlder' : 'notInHistory')}</p>}
      {trouble.value !== null && <Trouble text={trouble.value} />}
      <p class="no-print">
        <a href={linkTo('history')}>{t('allPayments')}</a>
      </p>
    </>
  );
}

function Details({ entry }: { readonly entry: Entry }) {
  const { atMs, amount, equivalent, state, memo, refusal, payer, receiver, kind } = entry;
  const isDone = state === 'COMMITTED';
  return (
    <section class="card" aria-labelledby="what">
      <h2 id="what">
        <What entry={entry} />
      </h2>
      <p class={isDone ? 'large' : 'large undone'}>
        <Money amount={amount} of={equivalent} />
      </p>
      {refusal !== null && <Trouble title={t('notPaid')} text={whyOf(refusal, equivalent)} />}
      <dl class="facts">
        <Fact name={t('when')}>
          <Time at={atMs} />
        </Fact>
        <Fact name={t('state')}>{t(isDone ? 'stateDone' : 'stateNot')}</Fact>
        {memo !== null && memo !== '' && (
          <Fact name={t('forWhat')}>
            <bdi class="name">{memo}</bdi>
          </Fact>
        )}
        <Fact name={t(kind === 'clear' ? 'begunBy' : 'payer')}>
          <Whole of={payer} />
        </Fact>
        {kind === 'pay' && (
          <Fact name={t('receiver')}>
            <Whole of={receiver} />
          </Fact>
        )}
      </dl>
      <Proof entry={entry} isDone={isDone} />
    </section>
  );
}

/** Someone with the public name that nobody else has. */
function Whole({ of }: { readonly of: Person }) {
  return (
    <>
      {of.name !== null && (
        <>
          <Name of={of} /> <br />
        </>
      )}
      <code>{of.pid}</code>
    </>
  );
}

type Proven = Result<'getReceipt'>;

/** What the signatures of all say, and the numbers that name it. */
function Proof({ entry, isDone }: { readonly entry: Entry; readonly isDone: boolean }) {
  const { paymentId, txId } = entry;
  const { trouble, run } = useTask();
  const receipt = useSignal<Proven | null>(null);
  useEffect(() => {
    if (!isDone) return;
    void run(async () => {
      receipt.value = await ask('getReceipt', { id: txId ?? paymentId });
    });
  }, []);
  const facts = receipt.value?.facts ?? null;
  return (
    <>
      <dl class="facts">
        {facts !== null && <Certificate facts={facts} />}
        <Fact name={t('paymentId')}>
          <code>{paymentId}</code>
        </Fact>
        {txId !== null && (
          <Fact name={t('transactionId')}>
            <code>{txId}</code>
          </Fact>
        )}
      </dl>
      {receipt.value !== null && <Receipt receipt={receipt.value} />}
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
