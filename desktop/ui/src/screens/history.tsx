import type { ComponentChildren } from 'preact';
import { ask } from '../api.ts';
import { T, t } from '../i18n.tsx';
import { Money, Name, Time, Title, Trouble, useTask } from '../parts.tsx';
import type { Known } from '../state.ts';
import { whyOf } from '../why-text.tsx';

type Entry = Known['history'][number];

/** Everything that was paid, received, passed on and evened out, newest first. */
export function HistoryScreen({ all }: { readonly all: Known }) {
  return (
    <>
      <Title>{t('history')}</Title>
      <p class="hint">{t('receiptHint')}</p>
      <Entries entries={all.history} />
    </>
  );
}

/** Payments, each to be opened for its details. */
export function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  if (entries.length === 0) return <p>{t('noPayments')}</p>;
  return (
    <ul class="plain entries">
      {entries.map((entry) => (
        <li key={`${entry.paymentId} ${entry.txId} ${entry.role}`}>
          <EntryLine entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function EntryLine({ entry }: { readonly entry: Entry }) {
  const { atMs, amount, equivalent, state, memo, refusal, paymentId } = entry;
  const isDone = state === 'COMMITTED';
  return (
    <details class="entry">
      <summary>
        <span class="what">
          <What {...entry} />
        </span>
        <span class={isDone ? 'how-much' : 'how-much undone'}>
          <Money amount={amount} of={equivalent} />
        </span>
        <span class="hint">
          <Time at={atMs} />, {t(isDone ? 'stateDone' : 'stateNot')}
        </span>
      </summary>
      <dl>
        {memo !== null && memo !== '' && (
          <Fact name={t('forWhat')}>
            <bdi class="name">{memo}</bdi>
          </Fact>
        )}
        <Fact name={t('paymentId')}>
          <code>{paymentId}</code>
        </Fact>
      </dl>
      {refusal !== null && <Trouble title={t('notPaid')} text={whyOf(refusal, equivalent)} />}
      {isDone && <Receipt id={paymentId} />}
    </details>
  );
}

/** A fact with its name, in a list of them. */
export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function What({ role, kind, state, payer, receiver }: Entry) {
  if (kind === 'clear') return <T k="cleared" />;
  switch (role) {
    case 'payer':
      return <T k={state === 'COMMITTED' ? 'paidTo' : 'paymentTo'} who={<Name of={receiver} />} />;
    case 'receiver':
      return <T k="paidBy" who={<Name of={payer} />} />;
    case 'intermediary':
      return <T k="passedOn" payer={<Name of={payer} />} receiver={<Name of={receiver} />} />;
  }
}

function Receipt({ id }: { readonly id: string }) {
  const { isBusy, trouble, run } = useTask();
  const save = (): void => {
    void run(async () => {
      const { fileName, base64 } = await ask('getReceipt', { id });
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
      Object.assign(document.createElement('a'), { href: url, download: fileName }).click();
      URL.revokeObjectURL(url);
    });
  };
  return (
    <>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={save}>
        {t('receipt')}
      </button>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
