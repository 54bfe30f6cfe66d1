import type { Result } from '#node/api/contract.ts';
import { formatAmount, parseLimit } from '#protocol/amount.ts';
import { MAX_PRECISION } from '#protocol/equivalent.ts';
import { T } from '../i18n.tsx';
import { Name } from '../parts.tsx';
import { linkTo } from '../routes.ts';
import { known } from '../state.ts';

interface Props {
  readonly refusal: NonNullable<Result<'pay'>['refusal']>;
  readonly equivalent: string;
  /** What was to be paid. */
  readonly amount: string;
}

/** Where a neighbour's limit stopped a payment: the way to ask that one for what would have been enough. */
export function AskForMore({ refusal, equivalent, amount }: Props) {
  const { code, hop, limit, maxNow } = refusal;
  if (code !== 'insufficient' || hop === null || limit === null || maxNow === null) return null;
  if (hop.from.pid !== known.value?.status.participant.pid) return null;
  const [allowed, asked, possible] = [limit, amount, maxNow].map((text) => parseLimit(text, MAX_PRECISION));
  if (typeof allowed !== 'bigint' || typeof asked !== 'bigint' || typeof possible !== 'bigint') return null;
  const wanted = formatAmount(allowed + asked - possible);
  return (
    <a href={linkTo('people', { raise: hop.to.pid, amount: wanted, currency: equivalent })}>
      <T k="raise" who={<Name of={hop.to} />} />
    </a>
  );
}
