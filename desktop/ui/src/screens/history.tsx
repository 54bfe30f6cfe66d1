import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { filterEntries, isFiltering, NO_FILTER } from '../history-filter.ts';
import { hasMore, isLoading, loadMore, loadUntil, rows } from '../history-rows.ts';
import { t, tn } from '../i18n.tsx';
import { Title, Trouble, useTask } from '../parts.tsx';
import { place } from '../place.ts';
import type { Known } from '../state.ts';
import { Entries } from './entries.tsx';
import { HistoryExport } from './history-export.tsx';
import { HistoryFilter } from './history-filter.tsx';
import { PaymentDetails } from './payment-details.tsx';
import { CheckReceipt } from './receipt.tsx';
import { Statement } from './statement.tsx';

/** Everything that was paid, received, passed on and evened out; one of them; or a month of it on paper. */
export function HistoryScreen({ all }: { readonly all: Known }) {
  const { query } = place.value;
  const [entry, month] = [query.get('entry'), query.get('month')];
  if (entry !== null) return <PaymentDetails id={entry} key={entry} />;
  if (month !== null) return <Statement month={month} all={all} />;
  return <AllOfIt all={all} />;
}

function AllOfIt({ all }: { readonly all: Known }) {
  const filter = useSignal(NO_FILTER);
  const { trouble, run } = useTask();
  const isSearching = isFiltering(filter.value);
  // What somebody looks for may be anywhere: then all of it is read.
  useEffect(() => {
    const stop = new AbortController();
    if (isSearching) void run(() => loadUntil(() => false, stop.signal));
    return () => stop.abort();
  }, [isSearching]);
  const fitting = useMemo(() => filterEntries(rows.value, filter.value), [rows.value, filter.value]);
  return (
    <>
      <Title>{t('history')}</Title>
      <HistoryFilter all={all} filter={filter} />
      <p class="hint" role="status">
        {isSearching
          ? tn('found', fitting.length, { all: tn('payments', rows.value.length) })
          : tn('payments', rows.value.length)}
        {hasMore.value && ` ${t(isLoading.value ? 'readingOlder' : 'thereAreOlder')}`}
      </p>
      {isSearching && fitting.length === 0 ? (
        <p>{t('nothingFits')}</p>
      ) : (
        <Entries entries={fitting} onNearEnd={() => void run(loadMore)} />
      )}
      {trouble.value !== null && <Trouble text={trouble.value} />}
      <HistoryExport entries={fitting} />
      <CheckReceipt />
    </>
  );
}
