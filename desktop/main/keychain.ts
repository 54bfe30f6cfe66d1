/**
 * The passphrase of the key, kept by the system's keychain (Electron's `safeStorage`): a file in the data folder that
 * only this user on this computer can open. Where the system has no keychain, Electron would scramble it with a password
 * that is in its source; that is worth nothing, so nothing is kept there and a person types the passphrase.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '#node/private-file.ts';
import type { NoKeychain } from '../preload/bridge.ts';

/** As much of Electron's `safeStorage` as is used. */
export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
  getSelectedStorageBackend(): string;
}

const FILE = 'passphrase.sealed';
/** More than anybody could guess, however fast. */
const PASSPHRASE_BYTES = 32;

/** Why the keychain is not used; null: it is. Only Linux has several, and one of them is none. */
export function whyNoKeychain(isAvailable: boolean, platform: NodeJS.Platform, backend: string): NoKeychain | null {
  if (platform === 'linux' && (backend === 'basic_text' || backend === 'unknown')) return 'basic-text';
  return isAvailable ? null : 'unavailable';
}

export class Keychain {
  readonly #storage: SafeStorage;
  readonly #file: string;
  readonly why: NoKeychain | null;

  private constructor(storage: SafeStorage, folder: string, why: NoKeychain | null) {
    this.#storage = storage;
    this.#file = join(folder, FILE);
    this.why = why;
  }

  /** The keychain for the key in this folder. */
  static async open(storage: SafeStorage, platform: NodeJS.Platform, folder: string): Promise<Keychain> {
    const backend = platform === 'linux' ? storage.getSelectedStorageBackend() : '';
    return new Keychain(storage, folder, whyNoKeychain(await storage.isAsyncEncryptionAvailable(), platform, backend));
  }

  /** A passphrase that nobody has to know. */
  static newPassphrase(): string {
    return randomBytes(PASSPHRASE_BYTES).toString('base64url');
  }

  /** The passphrase that is kept; null: none is, or it is not of this user on this computer. */
  async get(): Promise<string | null> {
    if (this.why !== null) return null;
    try {
      const { result, shouldReEncrypt } = await this.#storage.decryptStringAsync(await readFile(this.#file));
      if (shouldReEncrypt) await this.put(result);
      return result;
    } catch {
      return null;
    }
  }

  /** Keeps a passphrase; it is on disk when this resolves. */
  async put(passphrase: string): Promise<void> {
    if (this.why !== null) throw new Error('there is no keychain to keep it');
    await writePrivateFile(this.#file, await this.#storage.encryptStringAsync(passphrase));
  }

  /** Keeps none any more. */
  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
