import { t, tn } from '../i18n.tsx';
import { Name, Time, Title } from '../parts.tsx';
import { Signs } from '../signs.tsx';
import { connection, type Known } from '../state.ts';
import { Fact } from './fact.tsx';

/** The node behind the page. */
export function AboutScreen({ all: { status } }: { readonly all: Known }) {
  const { participant, network, version, startedAtMs, counts, restored, reachability } = status;
  return (
    <>
      <Title>{t('about')}</Title>
      <section class="card" aria-labelledby="node">
        <h2 id="node">{t('node')}</h2>
        <dl class="facts">
          <Fact name={t('name')}>
            <Name of={participant} />
          </Fact>
          <Fact name={t('pid')}>
            <Signs text={participant.pid} />
          </Fact>
          <Fact name={t('state')}>
            {connection.value === 'live' ? t('stateLive') : t('connecting')}
            {restored?.frozen === true && <strong> {t('stateFrozen')}</strong>}
          </Fact>
          <Fact name={t('reachable')}>
            {t(directKey(reachability.direct))}{' '}
            {reachability.relays.length > 0 && tn('relays', reachability.relays.length)}
          </Fact>
          <Fact name={t('neighbours')}>{counts.linked}</Fact>
          <Fact name={t('network')}>
            <bdi>{network}</bdi>
          </Fact>
          <Fact name={t('version')}>{version}</Fact>
          <Fact name={t('since')}>
            <Time at={startedAtMs} />
          </Fact>
        </dl>
      </section>
    </>
  );
}

function directKey(direct: Known['status']['reachability']['direct']) {
  switch (direct) {
    case 'yes':
      return 'reachableYes';
    case 'no':
      return 'reachableNo';
    case 'unknown':
      return 'reachableUnknown';
  }
}
