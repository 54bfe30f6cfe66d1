import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type { Result } from '#node/api/contract.ts';
import { useAnswer } from '../answer.ts';
import { ask } from '../api.ts';
import { bytesOf, saveFile } from '../files.ts';
import { T, t } from '../i18n.tsx';
import { Money, Time, Trouble, useTask } from '../parts.tsx';
import { refresh } from '../state.ts';
import type { Why } from '../why.ts';

type File = Result<'listBackups'>['backups'][number];

/** Shown at once; what is older is folded away. */
const SHOWN = 3;
const KILOBYTE = 1_000;

/** The backup files there are: made now, checked, and copied elsewhere. */
export function Backups() {
  const answer = useAnswer('listBackups', {});
  const { isBusy, trouble, run } = useTask();
  const made = useSignal<number | null>(null);
  const make = (): void => {
    void run(async () => {
      made.value = null;
      made.value = (await ask('makeBackup', {})).createdAtMs;
      await refresh();
    });
  };
  const { folder = '', backups = [] } = answer.value ?? {};
  const missing = missingWhy(answer.value);
  return (
    <section class="card" aria-labelledby="backups">
      <h2 id="backups">{t('backups')}</h2>
      <p>{t('backupsHint')}</p>
      {missing !== null && <Trouble title={t('backupsTrouble')} text={missing} />}
      <button type="button" disabled={isBusy.value} onClick={make}>
        {t(isBusy.value ? 'backupMaking' : 'backupNow')}
      </button>
      <p role="status">{made.value !== null && <T k="backupMade" time={<Time at={made.value} />} />}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
      {answer.value !== null && backups.length === 0 && <p>{t('backupsNone')}</p>}
      <FileList files={backups.slice(0, SHOWN)} />
      {backups.length > SHOWN && (
        <details>
          <summary>{t('olderBackups', { count: String(backups.length - SHOWN) })}</summary>
          <FileList files={backups.slice(SHOWN)} />
        </details>
      )}
      {folder !== '' && (
        <p class="hint">
          <T k="backupsKept" folder={<code>{folder}</code>} />
        </p>
      )}
    </section>
  );
}

/** Why the last change is in no file. */
function missingWhy(answer: Result<'listBackups'> | null): Why | string | null {
  if (answer === null || answer.trouble === null) return null;
  const { trouble: text, failure: code } = answer;
  return code === null ? text : { code, text, facts: {}, hop: null, equivalent: null };
}

function FileList({ files }: { readonly files: readonly File[] }) {
  return (
    <ul class="plain entries">
      {files.map((file) => (
        <li key={file.name}>
          <BackupFile file={file} />
        </li>
      ))}
    </ul>
  );
}

function BackupFile({ file: { name, createdAtMs, accounts, contacts, bytes } }: { readonly file: File }) {
  const { isBusy, trouble, run } = useTask();
  const id = useId();
  const inside = useSignal<Result<'verifyBackup'> | null>(null);
  const check = (): void => {
    void run(async () => {
      inside.value = null;
      inside.value = await ask('verifyBackup', { name });
    });
  };
  const save = (): void => {
    void run(async () => {
      const { fileName, base64 } = await ask('readBackup', { name });
      saveFile(fileName, [bytesOf(base64)], 'application/octet-stream');
    });
  };
  return (
    <>
      <strong id={id}>
        <Time at={createdAtMs} />
      </strong>
      <div class="hint">
        {t('backupHolds', {
          accounts: String(accounts),
          people: String(contacts),
          size: String(Math.ceil(bytes / KILOBYTE)),
        })}
      </div>
      <div class="actions">
        <button type="button" class="quiet" disabled={isBusy.value} aria-describedby={id} onClick={check}>
          {t('backupCheck')}
        </button>
        <button type="button" class="quiet" disabled={isBusy.value} aria-describedby={id} onClick={save}>
          {t('backupSave')}
        </button>
      </div>
      <div role="status">{inside.value !== null && <Inside inside={inside.value} />}</div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

function Inside({ inside: { balances } }: { readonly inside: Result<'verifyBackup'> }) {
  return (
    <p class="good">
      {t('backupWhole')} {balances.length === 0 && t('backupInsideNone')}
      {balances.map(({ equivalent, owedByMe, owedToMe }, index) => (
        <span key={equivalent}>
          {index > 0 && '; '}
          <T
            k="backupInside"
            owed={<Money amount={owedByMe} of={equivalent} />}
            due={<Money amount={owedToMe} of={equivalent} />}
          />
        </span>
      ))}
      .
    </p>
  );
}
