/** Lost records, in words: what the node waits for, and what its owner has to do. */
import type { Result } from '../api/contract.ts';
import { count, nameOf, when } from './show.ts';
import { bad, line } from './text.ts';

type Restored = NonNullable<Result<'getStatus'>['restored']>;

/** What a loss has left to do. */
export function restoredText({ lostAtMs, frozen, unsure, agreed }: Restored): string {
  const lost = `This node lost records on ${when(lostAtMs)}`;
  const neighbours = new Map(unsure.map(({ neighbour, linked }) => [neighbour.pid, nameWith(neighbour, linked)]));
  const names = [...neighbours.values()];
  return [
    line`${bad(frozen ? `${lost} and signs nothing new.` : `${lost}.`)}`,
    ...(names.length === 0
      ? []
      : [line`It waits for ${count(names.length, 'neighbour')} to show what their books say: ${names.join(', ')}.`]),
    ...(frozen || agreed.length > 0
      ? ['Look at what came back (`geo balance`, `geo trust list`), then confirm it: geo restore confirm']
      : ['Accounts with them are out of use until then.']),
  ].join('\n');
}

function nameWith(neighbour: Restored['unsure'][number]['neighbour'], linked: boolean): string {
  return linked ? nameOf(neighbour) : `${nameOf(neighbour)} (offline)`;
}
