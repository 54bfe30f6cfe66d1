import type { Result } from '#node/api/contract.ts';
import { useAnswer } from '../answer.ts';
import { ask } from '../api.ts';
import { T, t } from '../i18n.tsx';
import { Name, Time, Trouble, useTask } from '../parts.tsx';
import { type Known, refresh } from '../state.ts';
import { LinkTroubleText } from '../told-text.tsx';

type Peer = Result<'listPeers'>['peers'][number];

/** Who is connected and since when, why others are not, and whether others can reach this node. */
export function Connections({ all: { status } }: { readonly all: Known }) {
  const answer = useAnswer('listPeers', {});
  const { direct, relays } = status.reachability;
  return (
    <section class="card" aria-labelledby="connections">
      <h2 id="connections">{t('connections')}</h2>
      {answer.value?.peers.length === 0 && <p>{t('noConnections')}</p>}
      <ul class="plain entries">
        {answer.value?.peers.map((peer) => (
          <li key={peer.participant.pid}>{peer.address === null ? <Away peer={peer} /> : <Linked peer={peer} />}</li>
        ))}
      </ul>
      <h3>{t('reachTitle')}</h3>
      <p>{t(directKey(direct))}</p>
      {relays.map((relay) => (
        <p key={relay.pid}>
          <T k="reachThrough" who={<Name of={relay} />} />
        </p>
      ))}
      {status.addresses.length > 0 && (
        <details>
          <summary>{t('addressesTitle')}</summary>
          <ul class="plain">
            {status.addresses.map((address) => (
              <li key={address}>
                <code>{address}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function directKey(direct: Known['status']['reachability']['direct']) {
  switch (direct) {
    case 'yes':
      return 'reachYes';
    case 'no':
      return 'reachNo';
    case 'unknown':
      return 'reachUnknown';
  }
}

function Linked({ peer: { participant, linkedAtMs, address } }: { readonly peer: Peer }) {
  const who = <Name of={participant} />;
  return (
    <>
      {linkedAtMs === null ? (
        <T k="connectedAlways" who={who} />
      ) : (
        <T k="connectedSince" who={who} time={<Time at={linkedAtMs} />} />
      )}
      <div class="hint">
        <code>{address}</code>
      </div>
    </>
  );
}

const TRY_MS = 10_000;

function Away({ peer: { participant, trouble: why, nextAttemptAtMs } }: { readonly peer: Peer }) {
  const { isBusy, trouble, run } = useTask();
  const tryNow = (): void => {
    void run(async () => {
      await ask('connectPeer', { who: participant.publicKey, waitMs: TRY_MS });
      await refresh();
    });
  };
  return (
    <>
      <T k="notConnectedWhy" who={<Name of={participant} />} />
      <div class="hint">
        {why !== null && <LinkTroubleText of={why} />}{' '}
        {nextAttemptAtMs !== null && <T k="nextTry" time={<Time at={nextAttemptAtMs} />} />}
      </div>
      <button type="button" class="quiet" disabled={isBusy.value} onClick={tryNow}>
        {t(isBusy.value ? 'trying' : 'tryNow')}
      </button>
      {trouble.value !== null && <Trouble text={trouble.value} />}
    </>
  );
}
