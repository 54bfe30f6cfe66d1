import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Result } from '#node/api/contract.ts';
import { useAnswer } from '../answer.ts';
import { ask } from '../api.ts';
import { AskError } from '../ask-error.ts';
import { ConfirmButton } from '../confirm.tsx';
import { T, t } from '../i18n.tsx';
import { Balance, Money, Name, Time, Trouble, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';

type Restored = NonNullable<Known['status']['restored']>;
type Account = Result<'getRestoration'>['accounts'][number];

/** After a loss of records: how more can come back (`children`), what came back, and the owner's word that it is right. */
export function Restoration({
  restored,
  children,
}: {
  readonly restored: Restored | null;
  readonly children?: ComponentChildren;
}) {
  const wasConfirmed = useSignal(false);
  return (
    <>
      <div role="status">{wasConfirmed.value && <p class="good">{t('restoreDone')}</p>}</div>
      {restored !== null && (
        <CameBack restored={restored} onConfirmed={() => (wasConfirmed.value = true)}>
          {children}
        </CameBack>
      )}
    </>
  );
}

function CameBack({
  restored,
  onConfirmed,
  children,
}: {
  readonly restored: Restored;
  readonly onConfirmed: () => void;
  readonly children: ComponentChildren;
}) {
  const answer = useAnswer('getRestoration', {});
  const { accounts = [], missing = [], notKept = 0 } = answer.value ?? {};
  const canConfirm = restored.frozen || restored.agreed.length > 0;
  return (
    <section class="card" aria-labelledby="restored">
      <h2 id="restored">{t('restoreTitle')}</h2>
      <p>
        <T k={canConfirm ? 'restoreFrozen' : 'restoreOpen'} time={<Time at={restored.lostAtMs} />} />
      </p>
      {children}
      <h3>{t('restoreCame')}</h3>
      {answer.value !== null && accounts.length + missing.length === 0 && <p>{t('restoreNobody')}</p>}
      <ul class="plain entries">
        {accounts.map((account) => (
          <li key={`${account.neighbour.pid} ${account.equivalent}`}>
            <Balance {...account} />.{' '}
            <T
              k="mayOwe"
              given={<Money amount={account.limitGiven} of={account.equivalent} />}
              received={<Money amount={account.limitReceived} of={account.equivalent} />}
            />
            <div class="hint">{t(standingKey(account))}</div>
          </li>
        ))}
        {missing.map(({ neighbour, equivalent }) => (
          <li key={`${neighbour.pid} ${equivalent}`}>
            <T k="restoreMissing" who={<Name of={neighbour} />} currency={equivalent} />
          </li>
        ))}
      </ul>
      {notKept > 0 && <p>{t('restoreNotKept', { count: String(notKept) })}</p>}
      {canConfirm && <Confirm onConfirmed={onConfirmed} />}
    </section>
  );
}

function standingKey({ standing, linked }: Account) {
  switch (standing) {
    case 'confirmed':
      return 'restoreInUse';
    case 'agreed':
      return 'restoreAgreed';
    case 'unsure':
      return linked ? 'restoreUnsure' : 'restoreUnsureOff';
    case 'suspended':
      return 'restoreSuspended';
  }
}

function Confirm({ onConfirmed }: { readonly onConfirmed: () => void }) {
  const { isBusy, trouble, run } = useTask();
  /** Neighbours who are connected have not shown the same books yet. */
  const isEarly = useSignal(false);
  const confirm = (regardless: boolean): void => {
    void run(async () => {
      try {
        await ask('confirmRestored', { regardless });
      } catch (error) {
        isEarly.value = error instanceof AskError && error.code === 'not-agreed';
        throw error;
      }
      isEarly.value = false;
      onConfirmed();
      await refresh();
    });
  };
  return (
    <>
      <div class="actions">
        <button type="button" disabled={isBusy.value} onClick={() => confirm(false)}>
          {t(isBusy.value ? 'restoreConfirming' : 'restoreConfirm')}
        </button>
        {isEarly.value && (
          <ConfirmButton
            label={t('restoreRegardless')}
            title={t('restoreRegardless')}
            yes={t('restoreRegardless')}
            isBusy={isBusy.value}
            onYes={() => confirm(true)}
          >
            <p>{t('restoreRegardlessHint')}</p>
          </ConfirmButton>
        )}
      </div>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
