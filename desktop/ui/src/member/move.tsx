/** Going on with a node of one's own: everything as a file that only the own words open, then the end at this hub. */
import { useSignal } from '@preact/signals';
import { AskError } from '../ask-error.ts';
import { ConfirmButton } from '../confirm.tsx';
import { saveFile } from '../files.ts';
import { t } from '../i18n.tsx';
import { Time, Trouble, useTask } from '../parts.tsx';
import { saveLedger } from '../save-ledger.ts';
import { forget } from './before.tsx';
import type { Session } from './session.ts';
import { M, m } from './words.ts';

export function Move({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  /** Of what was saved; null: nothing was yet, or the hub did not answer. */
  const checksum = useSignal<string | null>(null);
  /** Until when the browser knew what was, where the hub did not answer. */
  const keptAt = useSignal<number | null>(null);
  const save = (): void => {
    void run(async () => {
      const { file, checksum: its, keptAtMs: known } = await session.takeAlong();
      const made = new Date().toISOString().replaceAll(/[-:.]/g, '');
      saveFile(`geo-${made}.backup`, [Uint8Array.from(file)], 'application/octet-stream');
      checksum.value = its;
      keptAt.value = known;
    });
  };
  const end = (its: string): void => {
    void run(async () => {
      try {
        await session.leaveHub(its);
      } catch (error) {
        // Something has happened since: the file is no longer all there is.
        if (error instanceof AskError && error.code === 'bad-document') checksum.value = null;
        throw error;
      }
      await forget();
    });
  };
  return (
    <section class="card" aria-labelledby="move">
      <h2 id="move">{m('moveTitle')}</h2>
      <p>{m('moveWhat')}</p>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={save}>
        {t(isBusy.value ? 'saving' : 'save')}
      </button>
      <div role="status">
        {keptAt.value !== null && (
          <p>
            <M k="moveKept" time={<Time at={keptAt.value} />} />
          </p>
        )}
        {checksum.value !== null && (
          <>
            <p>{m('moveSaved')}</p>
            <p class="hint">{m('moveLedger')}</p>
            <p>
              <button type="button" class="quiet" disabled={isBusy.value} onClick={() => void run(saveLedger)}>
                {t('saveLedger')}
              </button>
            </p>
            <ConfirmButton
              label={m('moveEnd')}
              title={m('moveSure')}
              yes={m('moveYes')}
              onYes={() => end(checksum.value ?? '')}
            >
              <p>{m('moveMeans')}</p>
            </ConfirmButton>
          </>
        )}
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}
