/** A node as a process of its own, told by its parent what to ask its API: `node reach-child.ts FLAGS-AS-JSON`. */
import { connectClient } from '#node/api/client.ts';
import { readConfig } from '#node/config.ts';
import { runUntilStopped, startNode } from '#node/node.ts';

export interface Asked {
  readonly id: number;
  readonly operation: string;
  readonly input: unknown;
}

const [flags = '{}'] = process.argv.slice(2);
const config = readConfig({ flags: JSON.parse(flags) as Record<string, unknown>, environment: {} });
const node = await startNode(config);
const client = (await connectClient(config.dataDir)) as unknown as Record<string, (input: unknown) => Promise<unknown>>;
process.on('message', ({ id, operation, input }: Asked) => {
  const answer = (said: object): void => void process.send?.({ id, ...said });
  client[operation]?.(input).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ error: String(error) }),
  );
});
// Its parent is gone.
process.on('disconnect', () => process.exit(1));
const stopped = runUntilStopped(node);
process.send?.('up');
await stopped;
process.disconnect();
