/**
 * The node in a process of its own (Electron's utility process), so that neither a busy page nor a crash of the window
 * touches it. It is started and stopped by messages; pages and tools reach it by its API, as they reach any node.
 */
import { readConfig } from '#node/config.ts';
import { Failure } from '#node/failure.ts';
import { runUntilStopped, startNode } from '#node/node.ts';
import type { FromNode, ToNode } from './node-messages.ts';

/** The line to the main process. */
export interface ParentPort {
  send(message: FromNode): void;
  onMessage(listener: (message: ToNode) => void): void;
}

/** Runs a node as the main process says. Resolves when it has stopped, or did not start, and the main process knows. */
export async function runNode(parent: ParentPort): Promise<void> {
  const started = Promise.withResolvers<Extract<ToNode, { type: 'start' }>>();
  const stopping = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<void>();
  parent.onMessage((message) => {
    switch (message.type) {
      case 'start':
        return started.resolve(message);
      case 'stop':
        return stopping.resolve();
      case 'heard':
        return heard.resolve();
    }
  });
  const { folder, passphrase } = await started.promise;
  try {
    const config = readConfig({ flags: { dataDir: folder }, environment: process.env });
    const node = await startNode(config, { passphrase: () => Promise.resolve(passphrase) });
    const ended = runUntilStopped(node);
    parent.send({ type: 'up' });
    void stopping.promise.then(() => node.stop('the desktop program ends'));
    const { failure } = await ended;
    parent.send({ type: 'stopped', problem: failure?.message ?? null });
  } catch (error) {
    parent.send({ type: 'failed', ...problemOf(error) });
  }
  // A process that ends at once may take its last message with it.
  await heard.promise;
}

function problemOf(error: unknown): { code: string; message: string; hint: string | null } {
  if (!(error instanceof Failure)) return { code: 'bug', message: String(error), hint: null };
  const { code, message, hint } = error;
  return { code, message, hint };
}
