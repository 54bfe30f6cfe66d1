/** Whole nodes on loopback, in this process, each with a folder, a store, a host and an API of its own. */

import { readApiFiles } from '#node/api/address.ts';
import { type Client, connectClient } from '#node/api/client.ts';
import { type Config, readConfig } from '#node/config.ts';
import { createKeyFile, newSeed } from '#node/identity/key-file.ts';
import { createLog } from '#node/log.ts';
import { type RunningNode, startNode } from '#node/node.ts';

export interface TestNode {
  readonly name: string;
  readonly config: Config;
  readonly seed: Uint8Array;
  node: RunningNode;
  client: Client;
  url: string;
  cookie: string;
}

const log = createLog({ level: 'silent', file: null });

/** A new participant, started, who announces all its lines. */
export async function startParticipant(name: string, folder: string): Promise<TestNode> {
  const { seed } = await createKeyFile(folder, newSeed(), null);
  const flags = { dataDir: folder, name, listen: ['/ip4/127.0.0.1/tcp/0'], apiPort: '0', announce: 'always' };
  const config = readConfig({ flags, environment: {} });
  const started = await start(config);
  // Found at the same place when it is started again.
  const listen = started.node.addresses().map((address) => address.replace(/\/p2p\/.*/, ''));
  return { name, config: { ...config, listen }, seed, ...started };
}

/** Starts a stopped participant again, on the same folder. */
export async function startAgain(participant: TestNode): Promise<void> {
  Object.assign(participant, await start(participant.config));
}

async function start(config: Config): Promise<Pick<TestNode, 'node' | 'client' | 'url' | 'cookie'>> {
  const node = await startNode(config, { log });
  const { url, cookie } = await readApiFiles(config.dataDir);
  return { node, url, cookie, client: await connectClient(config.dataDir) };
}
