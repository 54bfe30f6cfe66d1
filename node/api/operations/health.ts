/** The node's health: what `geo doctor` shows of a node that runs. */
import { checkBooks } from '../../doctor/books.ts';
import { attention, type Finding, note, well } from '../../doctor/finding.ts';
import { failed } from '../../doctor/folder.ts';
import { reachWords } from '../../reach-words.ts';
import type { NodeContext } from '../context.ts';
import type { Handler } from '../handler.ts';
import { tellerOf } from '../views.ts';

export const diagnose: Handler<'diagnose'> = async (context) => {
  const { records } = context.driver;
  const teller = tellerOf(context);
  const books = { records, held: [...context.held.all()], nowMs: context.clock.nowMs(), teller };
  return {
    findings: [
      await checkStore(context),
      await checkBackups(context),
      ...checkBooks(books),
      checkLinks(context),
      checkAddresses(context),
    ],
  };
};

/** Reads every record there is, while the node goes on. */
async function checkStore({ store }: NodeContext): Promise<Finding> {
  try {
    const { values } = await store.verify();
    return well('records', `All ${values} were read, and none is damaged or missing.`);
  } catch (error) {
    return failed('records', error);
  }
}

/** Whether there is one of the last change. */
async function checkBackups({ backups }: NodeContext): Promise<Finding> {
  if (backups.trouble !== null) return attention('backups', `None was made of the last change: ${backups.trouble}`);
  const atMs = Math.max(0, ...(await backups.list()).map(({ createdAtMs }) => createdAtMs));
  if (atMs === 0) return note('backups', 'There are none yet: one is made after each change that matters.');
  return well('backups', `The newest is of ${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC.`);
}

/** Neighbours may well be offline; that nobody is there is a reason to look. */
function checkLinks({ host, ...context }: NodeContext): Finding {
  const teller = tellerOf(context);
  const linked = host.linked().length;
  const unlinked = host.unlinked();
  if (unlinked.length === 0) {
    return well('links', linked === 0 ? 'There are no contacts yet.' : `Connected with all contacts (${linked}).`);
  }
  const why = unlinked.map(({ neighbour, trouble }) => `${teller.callName(neighbour)}: ${trouble ?? 'not tried yet'}`);
  const text = `Connected with ${linked} of ${linked + unlinked.length}. Not with ${why.join('; ')}.`;
  if (linked > 0) return note('links', text);
  return attention(
    'links',
    text,
    'Is this computer online? Else ask one of them for a new contact card (`geo id card`).',
  );
}

function checkAddresses(context: NodeContext): Finding {
  const { host } = context;
  const teller = tellerOf(context);
  const { direct, relays } = host.reachability();
  const addresses = host.addresses();
  const words = reachWords(
    direct,
    relays.map((relay) => teller.callName(relay)),
  );
  if (addresses.length === 0) {
    return note('ports', `${words} It does not listen.`, 'To be called, set `listen`, or `relays`.');
  }
  const text = `${words} Its addresses: ${addresses.join(', ')}.`;
  if (direct !== 'no' || relays.length > 0) return well('ports', text);
  return note(
    'ports',
    text,
    'That is enough where neighbours can be reached. Else pass its port on in your router, or set `relays`.',
  );
}
