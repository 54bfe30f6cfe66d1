/**
 * Keeps a node running: uses the one that runs already, else starts one, and starts it again, after longer and longer
 * waits, when it ends by itself. What only a person can change is told and waited for.
 */
import { Failure } from '#node/failure.ts';
import type { NoKeychain, Situation } from '../preload/bridge.ts';
import { backOffMs, countFailure } from './back-off.ts';
import type { FromNode, ToNode } from './node-messages.ts';
import type { Running } from './running-node.ts';

/** A process with a node in it. */
export interface NodeProcess {
  send(message: ToNode): void;
  onMessage(listener: (message: FromNode) => void): void;
  onExit(listener: () => void): void;
}

/** What the keeper does not do itself. */
export interface KeeperWorld {
  readonly folder: string;
  fork(): NodeProcess;
  /** Whether a node runs on the folder, whoever started it. */
  running(): Promise<Running>;
  /** How the key of the folder is kept; null: there is no identity yet. */
  key(): Promise<'plain' | 'encrypted' | null>;
  /** The passphrase that the keychain has for the key. */
  storedPassphrase(): Promise<string | null>;
  keychain(): NoKeychain | null;
  nowMs(): number;
  /** Calls once, later. Returns what takes it back. */
  wake(afterMs: number, wake: () => void): () => void;
  /** Tells whoever shows it how things stand. */
  tell(situation: Situation): void;
}

/** Starting again would end the same way. */
const ONLY_BY_HAND = new Set([
  'config-invalid',
  'identity-corrupt',
  'node-moved',
  'store-newer',
  'folder-unreadable',
  'disk-full',
]);

/** What is told stays until somebody does something. */
const FOR_A_PERSON: ReadonlySet<Situation['state']> = new Set(['locked', 'no-identity', 'failed', 'stopped']);

/** While another process starts or stops on the folder, it is looked at again after this time. */
const BUSY_RETRY_MS = 1_000;

export class Keeper {
  readonly #world: KeeperWorld;
  #situation: Situation = { state: 'starting' };
  #child: NodeProcess | null = null;
  #upAtMs: number | null = null;
  #failures = 0;
  #passphrase: string | null = null;
  #isStopping = false;
  #problem: string | null = null;
  #takeBackWake = (): void => undefined;
  #starting: Promise<void> | null = null;
  #ended = Promise.resolve();

  constructor(world: KeeperWorld) {
    this.#world = world;
  }

  get situation(): Situation {
    return this.#situation;
  }

  /** Gets a node running, or tells why there is none. `passphrase`: what somebody typed. */
  start(passphrase: string | null = null): Promise<void> {
    if (passphrase !== null) this.#passphrase = passphrase;
    // Asked for twice, it is still one node.
    this.#starting ??= this.#startOnce().finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #startOnce(): Promise<void> {
    this.#takeBackWake();
    // Told already, and its process has not quite ended.
    if (FOR_A_PERSON.has(this.#situation.state)) await this.#ended;
    if (this.#child !== null || this.#isStopping) return;
    this.#set({ state: 'starting' });
    try {
      await this.#begin();
    } catch (error) {
      // A key file that is damaged, say: nothing that time heals.
      const { code, hint } = error instanceof Failure ? error : { code: 'bug', hint: null };
      this.#set({ state: 'failed', code, message: error instanceof Error ? error.message : String(error), hint });
    }
  }

  async #begin(): Promise<void> {
    const running = await this.#world.running();
    if (running === 'answers') this.#set({ state: 'running', attached: true });
    else if (running === 'busy')
      this.#later(BUSY_RETRY_MS, 'Another process is starting or stopping on the same folder.');
    else await this.#startOwn();
  }

  /** The node no longer answers: one that was not ours is looked for again, and replaced if it is gone. */
  async lost(): Promise<void> {
    if (this.#child === null && this.#situation.state === 'running') await this.start();
  }

  /** Ends our own node, cleanly; one that somebody else started goes on. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#takeBackWake();
    await this.#starting;
    this.#child?.send({ type: 'stop' });
    await this.#ended;
  }

  async #startOwn(): Promise<void> {
    const key = await this.#world.key();
    const keychain = this.#world.keychain();
    if (key === null) return this.#set({ state: 'no-identity', keychain });
    if (key === 'encrypted') this.#passphrase ??= await this.#world.storedPassphrase();
    if (key === 'encrypted' && this.#passphrase === null) {
      return this.#set({ state: 'locked', wasWrong: false, keychain });
    }
    // The program may have ended while its folder was looked at.
    if (this.#isStopping) return;
    const child = this.#world.fork();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#child = child;
    this.#ended = promise;
    this.#problem = null;
    child.onMessage((message) => this.#hear(message));
    child.onExit(() => {
      this.#child = null;
      resolve();
      this.#exited();
    });
    child.send({ type: 'start', folder: this.#world.folder, passphrase: this.#passphrase });
  }

  #hear(message: FromNode): void {
    switch (message.type) {
      case 'up':
        this.#upAtMs = this.#world.nowMs();
        this.#set({ state: 'running', attached: false });
        return;
      case 'stopped':
        if (message.problem === null) this.#set({ state: 'stopped' });
        else this.#problem = message.problem;
        break;
      case 'failed':
        this.#failed(message);
        break;
    }
    this.#child?.send({ type: 'heard' });
  }

  /** What is to become of a node that did not start, told before its process ends. */
  #failed({ code, message, hint }: Extract<FromNode, { type: 'failed' }>): void {
    const keychain = this.#world.keychain();
    if (code === 'identity-locked') {
      this.#passphrase = null;
      this.#set({ state: 'locked', wasWrong: true, keychain });
    } else if (code === 'identity-missing') this.#set({ state: 'no-identity', keychain });
    else if (ONLY_BY_HAND.has(code)) this.#set({ state: 'failed', code, message, hint });
    else this.#problem = message;
  }

  #exited(): void {
    const upForMs = this.#upAtMs === null ? null : this.#world.nowMs() - this.#upAtMs;
    this.#upAtMs = null;
    if (this.#isStopping) return;
    if (FOR_A_PERSON.has(this.#situation.state)) return;
    this.#failures = countFailure(this.#failures, upForMs);
    this.#later(backOffMs(this.#failures), this.#problem ?? 'The node has ended without a word.');
  }

  #later(afterMs: number, message: string): void {
    this.#set({ state: 'waiting', retryAtMs: this.#world.nowMs() + afterMs, message });
    this.#takeBackWake = this.#world.wake(afterMs, () => void this.start());
  }

  #set(situation: Situation): void {
    this.#situation = situation;
    this.#world.tell(situation);
  }
}
