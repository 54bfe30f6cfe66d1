/** A neighbour of a hub's member who keeps no rule: hosted elsewhere, by somebody who sends whatever a test wants. */
import type { PublicKey } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { DEFAULT_POLICY, type TrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { type LyingHost, startLyingHost } from './lying-host.ts';
import type { TestHub } from './members.ts';
import type { Person } from './people.ts';

const NETWORK = 'geo';
const UNIT = 100_000_000n;
const CAP = 1_000n * UNIT;

export interface LyingNeighbour {
  readonly lying: LyingHost;
  /** Lets the member owe up to so many whole units. A seq that was used before breaks its word. */
  letOwe(limit: bigint, seq: number): void;
  /** Answers the limit that the member has given. */
  takeLimit(): Promise<void>;
}

/** Links `who`, whom `host` hosts, with the member, who has to know them and to have allowed its hub its part before. */
export async function startLyingNeighbour(
  { hub }: TestHub,
  member: PublicKey,
  { who, host }: { readonly who: Person; readonly host: Person },
): Promise<LyingNeighbour> {
  const lying = await startLyingHost(host, { node: hub.node, config: { network: NETWORK } }, member);
  await lying.open(lying.mandate(who, [{ neighbour: member, equivalent: 'UAH', cap: CAP }]));
  return {
    lying,
    letOwe(limit, seq) {
      const line: TrustLine = {
        ...{ version: VERSION, network: NETWORK, from: who.key, to: member, equivalent: 'UAH' },
        ...{ limit: limit * UNIT, status: 'active', policy: DEFAULT_POLICY, seq, createdAtMs: seq },
      };
      lying.say(who.key, { type: 'trust-line', signed: { line, signature: who.sign(trustLineStatement(line)) } });
    },
    async takeLimit() {
      const { signed } = await lying.next(who.key, 'trust-line');
      const { from, to, equivalent, seq } = signed.line;
      lying.say(who.key, { type: 'trust-line-ack', from, to, equivalent, seq });
    },
  };
}
