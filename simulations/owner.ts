/** What the owner of a participant does, some time after there was something to do. */
import { checkpointsToSign } from '#protocol/machine/checkpoint.ts';
import type { Participant } from './participant.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

type Planned = Scenario['incidents'][number];

/** Asked about a clearing, it mostly agrees. */
export function answer(random: Random, participant: number, id: string, nowMs: number): Planned {
  const agrees = random.permille(700);
  const incident = { type: 'command', participant, command: { type: 'answer-proposal', id, agrees } } as const;
  return { atMs: nowMs + random.between(10, 20_000), incident };
}

/** Hosted, it checks what it is shown before it signs: some seconds, in which the books go on. */
export function lookIn(random: Random, participant: Participant, nowMs: number): readonly Planned[] {
  if (!participant.isUp) return [];
  return checkpointsToSign(participant.records, nowMs, true).map((checkpoint) => ({
    atMs: nowMs + random.between(10, 5_000),
    incident: { type: 'sign', participant: participant.index, checkpoint },
  }));
}
