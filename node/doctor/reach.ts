/** Whether others can call the node, and where. */
import { reachWords } from '../reach-words.ts';
import type { Told } from './codes.ts';
import { type Finding, note, well } from './finding.ts';

/** How others reach the node: `relays` are the names of those who pass calls on. */
export function checkReach(
  direct: 'yes' | 'no' | 'unknown',
  relays: readonly string[],
  addresses: readonly string[],
): Finding {
  const words = reachWords(direct, relays);
  const facts = { addresses: [...addresses], relays: [...relays] };
  if (addresses.length === 0) {
    const told: Told =
      relays.length === 0
        ? { code: 'not-listening', facts: {} }
        : { code: 'not-listening-relays', facts: { relays: facts.relays } };
    return note('ports', told, `${words} It does not listen.`, 'To be called, set `listen`, or `relays`.');
  }
  const text = `${words} Its addresses: ${addresses.join(', ')}.`;
  const told = reachTold(direct, facts);
  if (told.code !== 'reach-none') return well('ports', told, text);
  return note(
    'ports',
    told,
    text,
    'That is enough where neighbours can be reached. Else pass its port on in your router, or set `relays`.',
  );
}

function reachTold(direct: 'yes' | 'no' | 'unknown', facts: { addresses: string[]; relays: string[] }): Told {
  const { addresses } = facts;
  const isRelayed = facts.relays.length > 0;
  switch (direct) {
    case 'yes':
      return { code: 'reach-direct', facts: { addresses } };
    case 'no':
      return isRelayed ? { code: 'reach-relays', facts } : { code: 'reach-none', facts: { addresses } };
    case 'unknown':
      return isRelayed ? { code: 'reach-untried-relays', facts } : { code: 'reach-untried', facts: { addresses } };
  }
}
