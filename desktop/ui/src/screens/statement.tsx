/** A month of payments, to be printed. */
import { useEffect } from 'preact/hooks';
import { type Entry, keyOf } from '../history-entry.ts';
import { directionOf } from '../history-filter.ts';
import { hasMore, loadUntil, rows } from '../history-rows.ts';
import { locale, t, tn } from '../i18n.tsx';
import { Memo, Money, Name, Time, Title, Trouble, useTask } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import type { Known } from '../state.ts';
import { entriesOf, type MonthSum, monthSpan, sumsOf } from '../statement.ts';
import { What } from './entries.tsx';
import { Fact } from './fact.tsx';

interface Props {
  /** Such as `2026-01`. */
  readonly month: string;
  readonly all: Known;
}

/** All that was done in the month, with sums. */
export function Statement({ month, all }: Props) {
  const { trouble, run } = useTask();
  const span = monthSpan(month);
  const isReady = (): boolean => {
    const oldest = rows.value.at(-1);
    return !hasMore.value || span === null || (oldest !== undefined && oldest.atMs < span.fromMs);
  };
  useEffect(() => {
    const stop = new AbortController();
    void run(() => loadUntil(isReady, stop.signal));
    return () => stop.abort();
  }, [month]);
  const entries = entriesOf(rows.value, month);
  const title =
    span === null
      ? t('noMonth')
      : t('statementOf', {
          month: new Intl.DateTimeFormat(locale.value, { month: 'long', year: 'numeric' }).format(span.fromMs),
        });
  return (
    <>
      <Title>{title}</Title>
      {isReady() ? <Sheet entries={entries} all={all} /> : <p role="status">{t('readingOlder')}</p>}
      {trouble.value !== null && <Trouble text={trouble.value} />}
      <p class="actions no-print">
        <button type="button" disabled={!isReady()} onClick={() => print()}>
          {t('print')}
        </button>
        <a href={linkTo('history')}>{t('allPayments')}</a>
      </p>
    </>
  );
}

function Sheet({ entries, all }: { readonly entries: readonly Entry[]; readonly all: Known }) {
  const { participant } = all.status;
  return (
    <>
      <dl class="facts">
        <Fact name={t('node')}>
          <Name of={participant} /> <br />
          <code>{participant.pid}</code>
        </Fact>
      </dl>
      {sumsOf(entries).map((sum) => (
        <Sums key={sum.equivalent} sum={sum} />
      ))}
      <p>{tn('payments', entries.length)}</p>
      {entries.length > 0 && <Table entries={entries} />}
    </>
  );
}

function Sums({ sum: { equivalent, paid, received, passedOn } }: { readonly sum: MonthSum }) {
  return (
    <dl class="facts sums-of-month">
      <Fact name={t('directionOut')}>
        <Money amount={paid} of={equivalent} />
      </Fact>
      <Fact name={t('directionIn')}>
        <Money amount={received} of={equivalent} />
      </Fact>
      <Fact name={t('kindPassedOn')}>
        <Money amount={passedOn} of={equivalent} />
      </Fact>
    </dl>
  );
}

function Table({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <table class="stacked">
      <thead>
        <tr>
          <th scope="col">{t('when')}</th>
          <th scope="col">{t('whatHappened')}</th>
          <th scope="col">{t('forWhat')}</th>
          <th scope="col" class="number">
            {t('amount')}
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={keyOf(entry)}>
            <td>
              <Time at={entry.atMs} />
            </td>
            <td>
              <What entry={entry} />
            </td>
            <td>
              <Memo text={entry.memo ?? ''} />
            </td>
            <td class="number">
              {directionOf(entry) === 'out' && '−'}
              <Money amount={entry.amount} of={entry.equivalent} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
