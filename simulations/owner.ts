/** What the owner of a participant does, some time after there was something to do. */
import { checkpointToSign } from '#protocol/machine/checkpoint.ts';
import type { Participant } from './participant.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** What has its host ask it for all that there is to sign. */
export const ASK = { type: 'propose-checkpoints', which: 'all' } as const;

type Planned = Scenario['incidents'][number];

/** Asked about a clearing, it mostly agrees. */
export function answer(random: Random, participant: number, id: string, nowMs: number): Planned {
  const agrees = random.permille(700);
  const incident = { type: 'command', participant, command: { type: 'answer-proposal', id, agrees } } as const;
  return { atMs: nowMs + random.between(10, 20_000), incident };
}

/**
 * Hosted, it checks what it is asked for before it signs: some seconds, in which the books go on. It signs one checkpoint for
 * each epoch, and hands that in again where it is asked for another one.
 */
export function lookIn(random: Random, participant: Participant, nowMs: number): readonly Planned[] {
  if (!participant.isUp) return [];
  return [...participant.records.accounts()].flatMap((account): readonly Planned[] => {
    const asked = checkpointToSign(participant.records, account);
    if (asked === null) return [];
    const checkpoint = participant.signsOnce(asked);
    const incident = { type: 'sign', participant: participant.index, checkpoint } as const;
    return [{ atMs: nowMs + random.between(10, 5_000), incident }];
  });
}
