import { useEffect } from 'preact/hooks';
import { t } from '../i18n.tsx';
import { Title } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';
import { Backups } from './backups.tsx';
import { CheckUp } from './check-up.tsx';
import { Connections } from './connections.tsx';
import { HeldAmounts } from './held.tsx';
import { Restoration } from './restoration.tsx';

/** Attempts to connect, and amounts that have just been put aside, are no events. */
const LOOK_AGAIN_MS = 5_000;

/** The own node: what it has lost, with whom it is connected, what it keeps aside, its backups, and whether all is well. */
export function NodeScreen({ all }: { readonly all: Known }) {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void refresh();
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <Title>{t('node')}</Title>
      <Restoration restored={all.status.restored} />
      <Connections all={all} />
      <HeldAmounts held={all.held} />
      <Backups />
      <CheckUp status={all.status} />
    </>
  );
}
