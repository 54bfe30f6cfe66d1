/** The main process's side of the bridge, with real ports and real nodes; only Electron's own objects are stood in for. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { StreamPort } from '#desktop/main/carrier.ts';
import type { CallEvent, Ipc } from '#desktop/main/ipc.ts';
import type { NodeProcess } from '#desktop/main/keeper.ts';
import type { SafeStorage } from '#desktop/main/keychain.ts';
import type { FromNode } from '#desktop/main/node-messages.ts';
import { PAGE_URL } from '#desktop/main/origin.ts';
import type { Answer } from '#desktop/preload/bridge.ts';
import { ENVIRONMENT } from './geo.ts';

/** The page itself, as Electron shows who calls. */
const OWN_PAGE = { url: PAGE_URL, parent: null } as const;

/** What the main process listens on, and a way to call it as a page does: only what can be cloned gets through. */
export class IpcOfTest implements Ipc {
  readonly handlers = new Map<string, (event: CallEvent, ...args: unknown[]) => Promise<Answer>>();
  readonly listeners = new Map<string, (event: CallEvent, ...args: unknown[]) => void>();

  handle(channel: string, listener: (event: CallEvent, ...args: unknown[]) => Promise<Answer>): void {
    if (this.handlers.has(channel)) throw new Error(`${channel} is handled already`);
    this.handlers.set(channel, listener);
  }

  on(channel: string, listener: (event: CallEvent, ...args: unknown[]) => void): void {
    this.listeners.set(channel, listener);
  }

  async invoke(
    channel: string,
    input: unknown,
    senderFrame: CallEvent['senderFrame'] = OWN_PAGE,
    ...more: unknown[]
  ): Promise<Answer> {
    const handler = this.handlers.get(channel);
    if (handler === undefined) throw new Error(`nobody handles ${channel}`);
    const args = [input, ...more].map((argument) => structuredClone(argument));
    return structuredClone(await handler({ senderFrame }, ...args));
  }

  /** Sends without an answer, with the main process's ends of ports. */
  send(
    channel: string,
    input: unknown,
    ports: readonly StreamPort[],
    senderFrame: CallEvent['senderFrame'] = OWN_PAGE,
  ) {
    this.listeners.get(channel)?.({ senderFrame, ports }, structuredClone(input));
  }
}

/** A channel whose second end is as the main process gets it. */
export function portPair(): { readonly page: MessagePort; readonly main: StreamPort } {
  const { port1, port2 } = new MessageChannel();
  return { page: port1, main: port2 };
}

const NODE_CHILD = join(import.meta.dirname, 'desktop-node-child.ts');

/** The process of a node as Electron would fork it, and what the test may do to it. */
export interface ForkedNode extends NodeProcess {
  readonly child: ChildProcess;
}

/** Starts a process for a node. Nothing of whoever runs the tests gets into its settings. */
export function forkNode(environment: Readonly<Record<string, string>>): ForkedNode {
  const child = fork(NODE_CHILD, { env: { ...ENVIRONMENT, ...environment }, stdio: 'inherit' });
  return {
    child,
    send: (message) => void child.send(message),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromNode)),
    onExit: (listener) => void child.once('exit', listener),
  };
}

/** A keychain of the system: opens only what it has sealed, as the one of another user or computer would not. */
export class StorageOfTest implements SafeStorage {
  readonly #sealed = new Map<string, string>();
  isAvailable = true;
  backend = 'gnome_libsecret';

  isAsyncEncryptionAvailable(): Promise<boolean> {
    return Promise.resolve(this.isAvailable);
  }

  encryptStringAsync(text: string): Promise<Buffer> {
    const box = randomBytes(32);
    this.#sealed.set(box.toString('hex'), text);
    return Promise.resolve(box);
  }

  async decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    const result = this.#sealed.get(sealed.toString('hex'));
    if (result === undefined) throw new Error('sealed by another key');
    return { result, shouldReEncrypt: false };
  }

  getSelectedStorageBackend(): string {
    return this.backend;
  }
}
