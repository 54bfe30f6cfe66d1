/** A node as a process of its own, for tests of how it ends: `node node-child.ts FOLDER`. It fails when told to. */
import { readConfig } from '#node/config.ts';
import { runUntilStopped, startNode } from '#node/node.ts';

const [dataDir] = process.argv.slice(2);
const flags = { dataDir, listen: ['/ip4/127.0.0.1/tcp/0'], apiPort: '0', logLevel: 'debug' };
const node = await startNode(readConfig({ flags, environment: {} }));
process.once('message', (what) => {
  if (what === 'throw') throw new Error('on purpose');
  void Promise.reject(new Error('on purpose'));
});
const stopped = runUntilStopped(node);
process.send?.('up');
const { why, failure } = await stopped;
process.send?.({ why, failure: failure && { code: failure.code, message: failure.message } });
process.disconnect();
