/** Lines of the history, each a link to its details. */
import { type Entry, keyOf } from '../history-entry.ts';
import { T, t } from '../i18n.tsx';
import { LongList } from '../long-list.tsx';
import { Money, Name, Time } from '../parts.tsx';
import { linkTo } from '../routes.ts';

/** Two lines of text with what is around them. */
const ROW_PIXELS = 66;

/** Payments, newest first. */
export function Entries({
  entries,
  onNearEnd,
}: {
  readonly entries: readonly Entry[];
  readonly onNearEnd?: () => void;
}) {
  if (entries.length === 0) return <p>{t('noPayments')}</p>;
  return (
    <LongList
      items={entries}
      keyOf={keyOf}
      rowPixels={ROW_PIXELS}
      class="entries"
      render={(entry) => <EntryLine entry={entry} />}
      {...(onNearEnd !== undefined && { onNearEnd })}
    />
  );
}

function EntryLine({ entry }: { readonly entry: Entry }) {
  const { atMs, amount, equivalent, state } = entry;
  const isDone = state === 'COMMITTED';
  return (
    <a class="entry" href={linkTo('history', { entry: keyOf(entry) })}>
      <span class="what">
        <What entry={entry} />
      </span>{' '}
      <span class={isDone ? 'how-much' : 'how-much undone'}>
        <Money amount={amount} of={equivalent} />
      </span>{' '}
      <span class="hint">
        <Time at={atMs} />, {t(isDone ? 'stateDone' : 'stateNot')}
      </span>
    </a>
  );
}

/** What happened, in a few words. */
export function What({ entry: { role, kind, state, payer, receiver } }: { readonly entry: Entry }) {
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
