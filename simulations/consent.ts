/** What owners have agreed to, kept beside the participants: a debt on a line that asks first is lowered only after a yes. */
import { ringId } from '#protocol/clearing/proposal.ts';
import { downstreamOf, outgoingReserved, type Position } from '#protocol/position.ts';
import type { Participant } from './participant.ts';

export class Consent {
  /** By participant and ring: at most so much. */
  readonly #agreed = new Map<string, bigint>();

  /** The owner says yes to a proposal that it was shown. */
  agreed(participant: Participant, id: string): void {
    const proposal = [...participant.records.proposals()].find((known) => known.id === id);
    if (proposal !== undefined) this.#agreed.set(keyOf(participant, id), proposal.amount);
  }

  /** Does a position of a clearing that is new reserve a hop which its owner was not asked about? */
  isMissing(participant: Participant, position: Position): boolean {
    const { header, route } = position;
    const to = downstreamOf(position);
    if (to === null || !outgoingReserved(position)) return false;
    const line = participant.records.line(participant.key, to, header.equivalent);
    if (line?.signed.line.policy.autoClearing !== false) return false;
    return (this.#agreed.get(keyOf(participant, ringId(header.equivalent, route.nodes))) ?? 0n) < route.amount;
  }
}

function keyOf({ index }: Participant, id: string): string {
  return `${index}/${id}`;
}
