/** The node's health: what `geo doctor` shows of a node that runs. */
import { checkBooks } from '../../doctor/books.ts';
import { attention, type Finding, note, recordsWhole, well } from '../../doctor/finding.ts';
import { failed } from '../../doctor/folder.ts';
import { checkReach } from '../../doctor/reach.ts';
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
    return recordsWhole(values);
  } catch (error) {
    return failed('records', error);
  }
}

/** Whether there is one of the last change. */
async function checkBackups({ backups }: NodeContext): Promise<Finding> {
  const { trouble } = backups;
  if (trouble !== null) {
    const text = `None was made of the last change: ${trouble.text}`;
    return attention('backups', { code: 'backup-failed', facts: { failure: trouble.code } }, text);
  }
  const atMs = Math.max(0, ...(await backups.list()).map(({ createdAtMs }) => createdAtMs));
  if (atMs === 0) {
    const none = { code: 'backups-none', facts: {} } as const;
    return note('backups', none, 'There are none yet: one is made after each change that matters.');
  }
  const made = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  return well('backups', { code: 'backups-newest', facts: { madeAtMs: atMs } }, `The newest is of ${made} UTC.`);
}

/** Neighbours may well be offline; that nobody is there is a reason to look. */
function checkLinks({ host, ...context }: NodeContext): Finding {
  const teller = tellerOf(context);
  const linked = host.linked().length;
  const unlinked = host.unlinked();
  if (unlinked.length === 0) {
    if (linked === 0) return well('links', { code: 'links-none', facts: {} }, 'There are no contacts yet.');
    return well('links', { code: 'links-all', facts: { linked } }, `Connected with all contacts (${linked}).`);
  }
  const why = unlinked.map(
    ({ neighbour, trouble }) => `${teller.callName(neighbour)}: ${trouble?.text ?? 'not tried yet'}`,
  );
  const all = linked + unlinked.length;
  const names = unlinked.map(({ neighbour }) => teller.callName(neighbour));
  const text = `Connected with ${linked} of ${all}. Not with ${why.join('; ')}.`;
  if (linked > 0) return note('links', { code: 'links-some', facts: { linked, all, names } }, text);
  return attention(
    'links',
    { code: 'links-nobody', facts: { all, names } },
    text,
    'Is this computer online? Else ask one of them for a new contact card (`geo id card`).',
  );
}

function checkAddresses(context: NodeContext): Finding {
  const { host } = context;
  const teller = tellerOf(context);
  const { direct, relays } = host.reachability();
  const names = relays.map((relay) => teller.callName(relay));
  return checkReach(direct, names, host.addresses());
}
