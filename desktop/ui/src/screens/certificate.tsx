import type { Result } from '#node/api/contract.ts';
import { t, tn } from '../i18n.tsx';
import { Money, Time } from '../parts.tsx';
import { Fact } from './fact.tsx';

/** The facts that a receipt proves beyond whom and how much. */
export function Certificate({ facts }: { readonly facts: Result<'verifyReceipt'>['facts'] }) {
  const { total, routeAmount, equivalent, hops, createdAtMs, network } = facts;
  return (
    <>
      <Fact name={t('signedAt')}>
        <Time at={createdAtMs} />
      </Fact>
      <Fact name={t('wholeAmount')}>
        <Money amount={total} of={equivalent} />
      </Fact>
      {routeAmount !== total && (
        <Fact name={t('thisWay')}>
          <Money amount={routeAmount} of={equivalent} />
        </Fact>
      )}
      <Fact name={t('way')}>{tn('hops', hops)}</Fact>
      <Fact name={t('network')}>
        <bdi>{network}</bdi>
      </Fact>
    </>
  );
}
