/** Coming from elsewhere: the file of what there was, what the neighbours say, and the member's word that it is right. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { FileButton } from '../file-button.tsx';
import { Trouble, useTask } from '../parts.tsx';
import { Restoration } from '../screens/restoration.tsx';
import { type Known, refresh } from '../state.ts';
import type { BaggageFlaw } from './arrival.ts';
import type { Session } from './session.ts';
import { sessionNow } from './stage.ts';
import { m } from './words.ts';

/** Neighbours show their books without being asked again. */
const LOOK_AGAIN_MS = 5_000;

export function Arriving({ all }: { readonly all: Known }) {
  const { restored } = all.status;
  const session = sessionNow();
  const isWaiting = restored !== null;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh();
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return (
    <Restoration restored={restored}>
      {restored?.frozen === true && session !== null && <Bring session={session} />}
    </Restoration>
  );
}

/** A file is read here, and what others have signed in it is shown to the hub. */
function Bring({ session }: { readonly session: Session }) {
  const { isBusy, trouble, run } = useTask();
  const progress = useSignal<readonly [done: number, all: number] | null>(null);
  const isDone = useSignal(false);
  const choose = (file: File): void => {
    void run(async () => {
      isDone.value = false;
      try {
        const bytes = new Uint8Array(await file.arrayBuffer());
        const flaw = await session.arrive(bytes, (done, all) => {
          progress.value = [done, all];
        });
        if (flaw !== null) trouble.value = m(FLAWS[flaw]);
        isDone.value = flaw === null;
      } finally {
        progress.value = null;
      }
      await refresh();
    });
  };
  const [done, total] = progress.value ?? [0, 0];
  return (
    <section aria-labelledby="bring">
      <h3 id="bring">{m('arriveFile')}</h3>
      {!isDone.value && (
        <>
          <p>{m('arriveFirst')}</p>
          <FileButton label={m('arriveChoose')} onFile={choose} />
          <p class="hint">{m('arriveHint')}</p>
        </>
      )}
      <div role="status">
        {isBusy.value && (
          <>
            <p>{m('arriveReading', { done: String(done), all: String(total) })}</p>
            <progress max={Math.max(1, total)} value={done} aria-label={m('arriveFile')} />
          </>
        )}
        {isDone.value && <p class="good">{m('arriveDone')}</p>}
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </section>
  );
}

const FLAWS = {
  'no-backup': 'arriveNoBackup',
  'other-version': 'arriveOtherVersion',
  'of-another': 'arriveOfAnother',
  damaged: 'arriveDamaged',
  'other-network': 'arriveOtherNetwork',
} as const satisfies Record<BaggageFlaw, string>;
