/** The history to take away: what is listed for a spreadsheet, a month on paper, and the ledger that proves all of it. */
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { bridge } from '../bridge.ts';
import { saveFile } from '../files.ts';
import { csvOf } from '../history-csv.ts';
import type { Entry } from '../history-entry.ts';
import { t } from '../i18n.tsx';
import { Trouble, useTask } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import { saveLedger } from '../save-ledger.ts';
import { monthOf, monthSpan } from '../statement.ts';

/** `entries`: those that are listed. */
export function HistoryExport({ entries }: { readonly entries: readonly Entry[] }) {
  const { isBusy, trouble, run } = useTask();
  return (
    <section class="card no-print" aria-labelledby="take">
      <h2 id="take">{t('takeAway')}</h2>
      <p class="actions">
        <button type="button" class="quiet" onClick={() => saveFile('geo-history.csv', [csvOf(entries)], 'text/csv')}>
          {t('saveCsv')}
        </button>
        {/* It comes as a stream, which the bridge of the desktop program does not carry. */}
        {bridge === null && (
          <button type="button" class="quiet" disabled={isBusy.value} onClick={() => void run(saveLedger)}>
            {t('saveLedger')}
          </button>
        )}
      </p>
      <p class="hint">{t('saveLedgerHint')}</p>
      <MonthForm />
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

function MonthForm() {
  const id = useId();
  const month = useSignal(monthOf(Date.now()));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (monthSpan(month.value) !== null) location.hash = linkTo('history', { month: month.value });
  };
  return (
    <form onSubmit={submit}>
      <p class="field">
        <label for={id}>{t('statementMonth')}</label>
        <input
          id={id}
          type="month"
          pattern="\d{4}-\d{2}"
          placeholder="2026-01"
          required
          value={month.value}
          onInput={(event) => (month.value = event.currentTarget.value)}
        />
      </p>
      <button type="submit" class="quiet">
        {t('makeStatement')}
      </button>
    </form>
  );
}
