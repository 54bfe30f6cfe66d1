/** What always holds (§14). The ids are used in the specification, checkers, metrics and tests. */

/** Every invariant with its sentence. */
export const INVARIANTS = {
  'INV-LIMIT': 'debt plus what is reserved in its direction never exceeds the limit at the time it was agreed to',
  'INV-ZERO': 'over all honest accounts in sync, balances of one equivalent sum to 0',
  'INV-MIRROR': 'the two ends of an account hold equal and opposite balances once both are in sync',
  'INV-ONEWAY': 'between two participants, debt of one equivalent is in one direction',
  'INV-HOP': "an intermediary's net position is never lowered by a payment it forwarded",
  'INV-PROOF': "a payer's debt grows only if the payer holds the receiver's signature over that transaction",
  'INV-ONCE': 'applying any message again changes nothing',
  'INV-CLEAR': "a clearing changes nobody's net position and lowers only debts that nothing else had spoken for",
  'INV-CONSENT':
    'a clearing lowers debt on a line whose owner wants to be asked only after a yes to that ring and amount',
  'INV-DURABLE': 'nothing that was signed and sent is forgotten after a crash at any point',
  'INV-JOURNAL': "an account's balance is the sum of its journal, whose entries are numbered and chained without a gap",
  'INV-CHECKPOINT':
    'a checkpoint changes no balance of two that lost nothing, and nothing that it covers changes later',
  'INV-FROZEN': 'a node that lost records signs nothing new until its owner has confirmed what came back',
  'INV-MAP':
    'once faults stop, all maps that are not full hold the same of what lasts, the newest of each line, nothing that has ended',
  'INV-LIVE': 'once faults stop, every hop whose downstream nodes are honest reaches a final state and holds nothing',
} as const;

export type InvariantId = keyof typeof INVARIANTS;
