/** The health of a node that does not run: what its store and its settings say. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKey } from '#protocol/identity.ts';
import { Records } from '#protocol/records.ts';
import { shortPid } from '../api/views.ts';
import { systemClock } from '../clock.ts';
import { type Config, precisionOf, USUAL_API_PORT, USUAL_LISTEN } from '../config.ts';
import type { Contact } from '../contacts.ts';
import { HeldAmounts } from '../held.ts';
import { readPublicIdentity } from '../identity/key-file.ts';
import { isFree } from '../ports.ts';
import { openStore, type Store } from '../store/store.ts';
import { checkBooks } from './books.ts';
import { attention, type Finding, note, recordsWhole, well } from './finding.ts';
import { failed } from './folder.ts';

export async function checkStopped(config: Config): Promise<Finding[]> {
  return [...(await checkPorts(config)), ...(await checkStore(config))];
}

/** Reads all there is. Nobody else can start on the folder meanwhile. */
async function checkStore(config: Config): Promise<Finding[]> {
  if (!existsSync(join(config.dataDir, 'store'))) {
    return [note('records', { code: 'records-none', facts: {} }, 'There are none yet: the node never ran.')];
  }
  let store: Store | null = null;
  try {
    const { publicKey } = await readPublicIdentity(config.dataDir);
    store = await openStore(config.dataDir);
    const { values } = await store.verify();
    const records = new Records(publicKey, config.network, store.read);
    await store.load(records);
    const names = await namesIn(store);
    const held = new HeldAmounts({ records, clock: systemClock, tell: () => undefined });
    held.stop();
    const books = checkBooks({
      records,
      held: [...held.all()],
      nowMs: systemClock.nowMs(),
      teller: {
        callName: (key) => names.get(key) ?? shortPid(key),
        precisionOf: (equivalent) => precisionOf(config, equivalent),
      },
    });
    return [recordsWhole(values), ...books];
  } catch (error) {
    return [failed('records', error)];
  } finally {
    await store?.close();
  }
}

async function namesIn(store: Store): Promise<ReadonlyMap<PublicKey, string>> {
  const names = new Map<PublicKey, string>();
  for await (const [, { publicKey, alias, cardName }] of store.documents<Contact>('contact').entries()) {
    const name = alias ?? cardName;
    if (name !== null) names.set(publicKey, name);
  }
  return names;
}

async function checkPorts({ listen, apiHost, apiPort }: Config): Promise<Finding[]> {
  const wanted = [...listen.map(placeOf), { host: apiHost as string, port: apiPort }].filter(({ port }) => port !== 0);
  const isUsual = listen.join() === USUAL_LISTEN;
  const findings: Finding[] = [];
  for (const { host, port } of wanted) {
    if (await isFree(host, port)) continue;
    const text = `Another program uses port ${port} on ${host}.`;
    const facts = { port: String(port), host };
    const takesAnother = port === USUAL_API_PORT || isUsual;
    findings.push(
      takesAnother
        ? note('ports', { code: 'port-taken-moves', facts }, `${text} The node will take any free one.`)
        : attention(
            'ports',
            { code: 'port-taken', facts },
            text,
            'Stop it, or choose another port in the settings (`geo config example`).',
          ),
    );
  }
  if (findings.length > 0) return findings;
  return [well('ports', { code: 'ports-free', facts: {} }, 'Those in the settings are free.')];
}

/** `/ip4/0.0.0.0/tcp/4610` */
function placeOf(address: string): { host: string; port: number } {
  const [, , host = '', , port = ''] = address.split('/');
  return { host, port: Number(port) };
}
