/** What is done for each call of the page, once it is known who calls and with what. */
import type { Answer, DesktopSettings, Situation } from '../preload/bridge.ts';
import { askNode, no } from './carrier.ts';
import { FirstStart } from './first-start.ts';
import type { Receivers } from './ipc.ts';
import type { Keychain } from './keychain.ts';
import { readSettings, writeSettings } from './settings.ts';

/** What calls are carried out with. */
export interface ReceiverParts {
  readonly folder: string;
  readonly keychain: Keychain;
  /** As much of the keeper as is used. */
  readonly keeper: { readonly situation: Situation; start(passphrase?: string | null): Promise<void> };
  /** Makes the system do what was chosen. */
  readonly apply: (settings: DesktopSettings) => Promise<void>;
  /** Asks where a file is to go, and writes it there. Null: the person wanted none after all. */
  readonly save: (name: string, makeText: () => Promise<string>) => Promise<string | null>;
  readonly bundle: () => Promise<string>;
}

/** The receivers of all calls. */
export function receiversOf({ folder, keychain, keeper, apply, save, bundle }: ReceiverParts): Receivers {
  /** What has changed is told as the situation, which the page follows. */
  const begin = async (passphrase: string | null): Promise<Answer> => {
    await keeper.start(passphrase);
    return { ok: true, result: {} };
  };
  const first = new FirstStart({ folder, keychain, startNode: (passphrase) => keeper.start(passphrase) });
  return {
    ask: (input) => askNode(folder, input),
    getSituation: async () => ({ ok: true, result: keeper.situation }),
    getFirstRun: () => first.course(),
    makeIdentity: (input) => first.make(input),
    endFirstRun: () => first.start(),
    async unlock({ passphrase, remember }) {
      if (keeper.situation.state !== 'locked') return no('not-locked', 'No passphrase is needed now.');
      // One that opens nothing is asked for again, so keeping it does no harm.
      if (remember && keychain.why === null) await keychain.put(passphrase);
      return begin(passphrase);
    },
    tryAgain: () => begin(null),
    getSettings: async () => ({ ok: true, result: await readSettings(folder) }),
    async setSettings(settings) {
      await writeSettings(folder, settings);
      await apply(settings);
      return { ok: true, result: settings };
    },
    async saveSupportBundle() {
      const path = await save('geo-support.json', bundle);
      return { ok: true, result: { path } };
    },
  };
}
