import { useSignal } from '@preact/signals';
import { ask } from '../api.ts';
import { ConfirmButton } from '../confirm.tsx';
import { T, t } from '../i18n.tsx';
import { Money, Name, Time, Trouble, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';

type One = Known['held'][number];

/** In a sentence: how much is kept aside, for what, and who has to answer. */
export function HeldLine({ one }: { readonly one: One }) {
  return (
    <T
      k={heldKey(one)}
      money={<Money amount={one.amount} of={one.equivalent} />}
      who={<Name of={one.waitsFor} />}
      payer={<Name of={one.payer} />}
      receiver={<Name of={one.receiver} />}
    />
  );
}

function heldKey({ stage, linked }: One) {
  switch (stage) {
    case 'under-way':
      return 'heldUnderWay';
    case 'held':
      return linked ? 'heldWaits' : 'heldWaitsOffline';
    case 'let-go':
      return 'heldLetGo';
  }
}

/** Every amount that is kept aside, with what can be done about it. */
export function HeldAmounts({ held }: { readonly held: Known['held'] }) {
  return (
    <section class="card" aria-labelledby="held">
      <h2 id="held">{t('heldTitle')}</h2>
      <p class="hint">{t('onHoldWhy')}</p>
      {held.length === 0 && <p>{t('heldNone')}</p>}
      <ul class="plain entries">
        {held.map((one) => (
          <li key={`${one.txId} ${one.routeIndex} ${one.position}`}>
            <HeldAmount one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function HeldAmount({ one }: { readonly one: One }) {
  const { txId, routeIndex, position, stage, canLetGo } = one;
  const { isBusy, trouble, run } = useTask();
  const isAsked = useSignal(false);
  const askAgain = (): void => {
    void run(async () => {
      await ask('resolveTransaction', { txId });
      isAsked.value = true;
      await refresh();
    });
  };
  const letGo = (): void => {
    void run(async () => {
      await ask('letGo', { txId, routeIndex, position });
      await refresh();
    });
  };
  const money = <Money amount={one.amount} of={one.equivalent} />;
  return (
    <>
      <HeldLine one={one} />
      <Times one={one} />
      <div class="actions">
        {stage !== 'under-way' && (
          <button type="button" class="quiet" disabled={isBusy.value} onClick={askAgain}>
            {t('askAgain')}
          </button>
        )}
        {canLetGo && (
          <ConfirmButton
            label={t('letGo')}
            title={<T k="letGoTitle" money={money} />}
            yes={t('letGoYes')}
            isBusy={isBusy.value}
            onYes={letGo}
          >
            <p>
              <T
                k={one.to === null ? 'letGoRiskLast' : 'letGoRisk'}
                money={money}
                from={one.from && <Name of={one.from} />}
                to={one.to && <Name of={one.to} />}
              />
            </p>
            <p>{t('letGoWait')}</p>
          </ConfirmButton>
        )}
      </div>
      <p role="status">{isAsked.value && t('askedAgain')}</p>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}

/** Since when it is kept, and when it was and will be asked about. */
function Times({ one }: { readonly one: One }) {
  const { stage, sinceAtMs, expiresAtMs, offlineSinceAtMs, lastAskedAtMs, nextAskAtMs } = one;
  const times = [
    ['heldSince', sinceAtMs],
    ['heldBy', stage === 'under-way' ? expiresAtMs : null],
    ['heldOfflineSince', offlineSinceAtMs],
    ['heldAsked', lastAskedAtMs],
    ['heldNext', stage === 'held' ? nextAskAtMs : null],
  ] as const;
  return (
    <p class="hint">
      {times.map(
        ([key, atMs]) =>
          atMs !== null && (
            <span key={key}>
              <T k={key} time={<Time at={atMs} />} />{' '}
            </span>
          ),
      )}
    </p>
  );
}
