/**
 * Malicious participants of a study: each breaks the rules in one way, always. They hold their own keys only.
 */
import type { Message } from '#protocol/link.ts';
import type { Behaviour, Poster } from '../network-settings.ts';
import { Random } from '../random.ts';

/** The ways, by name; `mixed`: each malicious participant has one of the others. */
export const STRATEGIES = ['withhold', 'silent', 'refuse', 'lie', 'mixed'] as const;
export type Strategy = (typeof STRATEGIES)[number];
type PureStrategy = Exclude<Strategy, 'mixed'>;

const PURE = STRATEGIES.filter((strategy): strategy is PureStrategy => strategy !== 'mixed');
const MALICIOUS_STREAM = 18;

/** Who is malicious in a run, and how: a share of all participants, at least one if the share is above 0. */
export function chooseMalicious(
  participants: number,
  { share, strategy }: { readonly share: number; readonly strategy: Strategy },
  seed: number,
): Map<number, PureStrategy> {
  const random = new Random(seed, MALICIOUS_STREAM);
  const chosen = new Map<number, PureStrategy>();
  const count = share === 0 ? 0 : Math.max(1, Math.round(share * participants));
  while (chosen.size < Math.min(count, participants)) {
    const index = random.below(participants);
    if (chosen.has(index)) continue;
    chosen.set(index, strategy === 'mixed' ? (PURE[chosen.size % PURE.length] as PureStrategy) : strategy);
  }
  return chosen;
}

/** What a participant with this strategy does to the messages of its machine. */
export function behaviourOf(strategy: PureStrategy): Behaviour {
  switch (strategy) {
    case 'withhold':
      return withhold;
    case 'silent':
      return silent;
    case 'refuse':
      return refuse;
    case 'lie':
      return lie;
  }
}

const decisions: ReadonlySet<Message['type']> = new Set(['commit', 'abort', 'decline', 'ack', 'resolve', 'cancel']);

/** Takes each PREPARE and is never heard of again: the amounts stay reserved on all hops before it. */
const withhold: Behaviour = {
  hears: (_self, message) => message.type !== 'prepare' && message.type !== 'resolve' && message.type !== 'cancel',
  says: () => true,
};

/** Passes PREPARE on, and says nothing of what is decided: neither COMMIT nor ABORT, to nobody. */
const silent: Behaviour = {
  hears: () => true,
  says: (message) => !decisions.has(message.type),
};

/** Answers questions as if it would pass payments on, and refuses them all; its machine does that, told so by `dust`. */
const refuse: Behaviour = { hears: passesProbesOn, says: () => true };

/** Says that any amount passes, whatever it can carry. */
const lie: Behaviour = { hears: passesProbesOn, says: () => true };

/** A question goes on unchanged, or is answered with all that was asked for. */
function passesProbesOn(self: number, message: Message, poster: Poster): boolean {
  if (message.type !== 'probe') return true;
  const { id, equivalent, amount, nodes, narrowings } = message;
  const position = nodes.findIndex((node) => poster.indexOf(node) === self);
  const next = nodes[position + 1];
  const before = nodes[position - 1];
  if (next !== undefined) poster.post(self, poster.indexOf(next), message);
  else if (before !== undefined)
    poster.post(self, poster.indexOf(before), { type: 'probe-answer', id, equivalent, nodes, amount, narrowings });
  return false;
}
