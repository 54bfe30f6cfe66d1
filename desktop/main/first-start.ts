/** The first start on this computer: a new identity, or one that is brought back, and then its node. */
import { mkdir } from 'node:fs/promises';
import type { FirstRunCourse, FirstRunWishes } from '#node/api/contract.ts';
import { explain, type Teller } from '#node/api/words.ts';
import { type Config, readConfig } from '#node/config.ts';
import { Failure } from '#node/failure.ts';
import { carryOutPlan, courseOf, type FirstRunPlan, planFirstRun } from '#node/first-run.ts';
import { hasKeyFile, MIN_PASSPHRASE_CHARACTERS } from '#node/identity/key-file.ts';
import { isRefusal, type Refusal } from '#protocol/refusals.ts';
import type { Answer } from '../preload/bridge.ts';
import { no } from './carrier.ts';
import { Keychain } from './keychain.ts';

interface Options {
  readonly folder: string;
  readonly keychain: Keychain;
  /** Gets the node running. `passphrase` null: the keychain has it. */
  readonly startNode: (passphrase: string | null) => Promise<void>;
}

/** How far the first start has come: also a page that is loaded again shows the words, until the node is started. */
export class FirstStart {
  readonly #options: Options;
  #made: FirstRunCourse['identity'] = null;
  #passphrase: string | null = null;
  #making: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** What the page is told. */
  course(): Promise<Answer> {
    return answered(async () => this.#course);
  }

  get #course(): FirstRunCourse {
    return courseOf(this.#config, this.#options.keychain.why === null ? 'kept' : 'must', this.#made);
  }

  get #config(): Config {
    return readConfig({ flags: { dataDir: this.#options.folder }, environment: process.env });
  }

  /** Makes the identity, and answers how far it has come. All that can be wrong is found before anything is written. */
  make(wishes: FirstRunWishes): Promise<Answer> {
    // One after the other: two at once would each keep a passphrase.
    const made = this.#making.then(() => this.#make(wishes));
    this.#making = made;
    return made;
  }

  #make({ passphrase, ...wishes }: FirstRunWishes): Promise<Answer> {
    const { keychain } = this.#options;
    return answered(async () => {
      if (this.#made !== null) return this.#course;
      const plan = await planFirstRun(this.#config, wishes);
      if (isRefusal(plan)) return refused(plan);
      if (passphrase === null && keychain.why !== null) {
        return no('passphrase-missing', 'This computer has no keychain that could keep a passphrase: type one.');
      }
      if (passphrase !== null && [...passphrase].length < MIN_PASSPHRASE_CHARACTERS) {
        return no('passphrase-short', `A passphrase needs at least ${MIN_PASSPHRASE_CHARACTERS} characters.`);
      }
      this.#made = await this.#carryOut(plan, passphrase ?? Keychain.newPassphrase());
      this.#passphrase = passphrase;
      return this.#course;
    });
  }

  /** The passphrase is kept first: a key that nothing opens would be lost. */
  async #carryOut(plan: FirstRunPlan, passphrase: string): Promise<FirstRunCourse['identity']> {
    const { folder, keychain } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (keychain.why === null) await keychain.put(passphrase);
      return await carryOutPlan(this.#config, plan, passphrase);
    } catch (error) {
      // An identity that somebody else made in the meantime has another passphrase.
      const isOthers = error instanceof Failure && error.code === 'identity-exists';
      if (isOthers || !hasKeyFile(folder)) await keychain.forget();
      throw error;
    }
  }

  /** Starts the node. From then on the words are shown no more. */
  async start(): Promise<Answer> {
    if (this.#made === null) return no('identity-missing', 'There is no identity yet.');
    await this.#options.startNode(this.#passphrase);
    this.#made = null;
    this.#passphrase = null;
    return { ok: true, result: {} };
  }
}

/** Whatever comes of it, as an answer. */
async function answered(work: () => Promise<Answer | FirstRunCourse>): Promise<Answer> {
  try {
    const done = await work();
    return 'ok' in done ? done : { ok: true, result: done };
  } catch (error) {
    if (error instanceof Failure) return no(error.code, error.message);
    return no('bug', 'The identity could not be made.');
  }
}

/** What was typed names no participant and no amount. */
const NOBODY: Teller = { self: '' as Teller['self'], callName: () => '', precisionOf: () => 0 };

function refused(refusal: Refusal<'bad-name'> | Refusal<'bad-words'>): Answer {
  const { kind: _, code, ...facts } = refusal;
  return no(code, explain(refusal, { equivalent: null, hop: null }, NOBODY), facts);
}
