/**
 * The identity of a node on disk: `identity.json` in its data folder, readable by its owner only. The seed in it is plain,
 * or encrypted with a passphrase (scrypt, XChaCha20-Poly1305).
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { z } from 'zod';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import { type Pid, type PublicKey, pidOf, publicKeyBytes, publicKeyFromHex } from '#protocol/identity.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { Failure } from '../failure.ts';
import { writePrivateFile } from '../private-file.ts';
import { nodeEd25519 } from './ed25519.ts';

/** Who a node is. Whoever has the seed is that participant. */
export interface Identity {
  readonly seed: Uint8Array;
  readonly publicKey: PublicKey;
}

/** In the data folder. */
export const KEY_FILE = 'identity.json';
const SEED_BYTES = 32;
const NONCE_BYTES = 24;
const SALT_BYTES = 16;
/** 128 MiB and about a second for each guess. */
const SCRYPT_COST = 2 ** 17;
/** What this program is willing to spend on a file that asks for more: 1 GiB. */
const MAX_SCRYPT_COST = 2 ** 20;

/** Shortest passphrase: four random words have twenty characters, eight random letters about 38 bits. */
export const MIN_PASSPHRASE_CHARACTERS = 8;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));

const keyFile = z.strictObject({
  version: z.literal(1),
  publicKey: hex(32),
  /** For people who look into the file; the key says the same. */
  pid: z.string(),
  seed: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('plain'), hex: hex(SEED_BYTES) }),
    z.strictObject({
      kind: z.literal('encrypted'),
      cost: z
        .int()
        .min(2)
        .max(MAX_SCRYPT_COST)
        .refine((cost) => (cost & (cost - 1)) === 0),
      salt: hex(SALT_BYTES),
      nonce: hex(NONCE_BYTES),
      box: hex(SEED_BYTES + 16),
    }),
  ]),
});

type KeyFile = z.infer<typeof keyFile>;

/** Does the folder hold an identity, in whatever condition? */
export function hasKeyFile(folder: string): boolean {
  return existsSync(join(folder, KEY_FILE));
}

/** A new random seed. */
export function newSeed(): Uint8Array {
  return Uint8Array.from(randomBytes(SEED_BYTES));
}

/** The identity of a seed. */
export function identityOf(seed: Uint8Array): Identity {
  return { seed, publicKey: bytesToHex(nodeEd25519.publicKey(seed)) as PublicKey };
}

/**
 * Writes the identity of a new node, on disk when it resolves. An existing identity is never replaced: that fails with
 * `identity-exists`. `passphrase` null: the seed is kept plain, protected by the mode of the file alone.
 */
export async function createKeyFile(folder: string, seed: Uint8Array, passphrase: string | null): Promise<Identity> {
  const identity = identityOf(seed);
  const file: KeyFile = {
    version: 1,
    publicKey: identity.publicKey,
    pid: pidOf(identity.publicKey),
    seed: passphrase === null ? { kind: 'plain', hex: bytesToHex(seed) } : await encrypt(identity, passphrase),
  };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure('folder-unreadable', `The folder ${folder} cannot be made.`, { cause });
  }
  try {
    await writePrivateFile(join(folder, KEY_FILE), `${JSON.stringify(file, null, 2)}\n`, true);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Failure('folder-unreadable', `${join(folder, KEY_FILE)} cannot be written.`, { cause });
    }
    throw new Failure('identity-exists', `The folder ${folder} holds an identity already.`, {
      cause,
      hint: 'Use another --data-dir for another participant. An identity is never replaced: it may have open accounts.',
    });
  }
  return identity;
}

/**
 * Reads the identity of a folder. `passphrase` is asked for when the seed is encrypted. Fails with `identity-missing`,
 * `identity-locked` (no passphrase or a wrong one) or `identity-corrupt`.
 */
export async function readKeyFile(folder: string, passphrase: () => Promise<string | null>): Promise<Identity> {
  const file = await parseKeyFile(folder);
  const seed = file.seed.kind === 'plain' ? hexToBytes(file.seed.hex) : await decrypt(file, await passphrase());
  const identity = identityOf(seed);
  if (identity.publicKey !== file.publicKey) throw corrupt(folder, 'the seed belongs to another key');
  return identity;
}

/** Whose folder it is, which needs no passphrase. Fails like `readKeyFile`. */
export async function readPublicIdentity(
  folder: string,
): Promise<{ readonly publicKey: PublicKey; readonly pid: Pid; readonly isEncrypted: boolean }> {
  const file = await parseKeyFile(folder);
  const isEncrypted = file.seed.kind === 'encrypted';
  // A plain one is small to check.
  if (!isEncrypted) await readKeyFile(folder, () => Promise.resolve(null));
  const publicKey = publicKeyFromHex(file.publicKey);
  if (isRefusal(publicKey)) throw corrupt(folder, publicKey.why);
  return { publicKey, pid: pidOf(publicKey), isEncrypted };
}

async function parseKeyFile(folder: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(join(folder, KEY_FILE), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Failure('folder-unreadable', `${join(folder, KEY_FILE)} cannot be read.`, { cause });
    }
    const hint = 'Make one with `geo init`.';
    throw new Failure('identity-missing', `The folder ${folder} holds no identity.`, { cause, hint });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The cause would quote the file, which holds the seed.
    throw corrupt(folder, 'it is not JSON');
  }
  const file = keyFile.safeParse(content);
  if (file.success) return file.data;
  throw corrupt(folder, `“${file.error.issues[0]?.path.join('.') ?? ''}” has another form`);
}

function corrupt(folder: string, what: string): Failure {
  return new Failure('identity-corrupt', `${join(folder, KEY_FILE)} is damaged: ${what}.`, {
    hint: 'Bring it back from a backup, or make the identity anew from its 24 words in an empty folder.',
  });
}

async function encrypt(identity: Identity, passphrase: string): Promise<KeyFile['seed']> {
  const salt = Uint8Array.from(randomBytes(SALT_BYTES));
  const nonce = Uint8Array.from(randomBytes(NONCE_BYTES));
  const key = await stretch(passphrase, salt, SCRYPT_COST);
  const box = xchacha20poly1305(key, nonce, publicKeyBytes(identity.publicKey)).encrypt(identity.seed);
  return {
    kind: 'encrypted',
    cost: SCRYPT_COST,
    salt: bytesToHex(salt),
    nonce: bytesToHex(nonce),
    box: bytesToHex(box),
  };
}

async function decrypt(file: KeyFile, passphrase: string | null): Promise<Uint8Array> {
  if (file.seed.kind !== 'encrypted') throw new Error('bug: nothing to decrypt');
  const { cost, salt, nonce, box } = file.seed;
  if (passphrase === null) {
    throw new Failure('identity-locked', 'The identity is encrypted, and no passphrase was given.', {
      hint: 'Start on a terminal, or give a file with --passphrase-file.',
    });
  }
  const key = await stretch(passphrase, hexToBytes(salt), cost);
  try {
    return xchacha20poly1305(key, hexToBytes(nonce), hexToBytes(file.publicKey)).decrypt(hexToBytes(box));
  } catch (cause) {
    throw new Failure('identity-locked', 'The passphrase does not open the identity.', { cause });
  }
}

/** Keyboards differ in how they compose a letter: NFKC makes the same passphrase of them. */
function stretch(passphrase: string, salt: Uint8Array, cost: number): Promise<Uint8Array> {
  return scryptAsync(passphrase.normalize('NFKC'), salt, {
    N: cost,
    r: 8,
    p: 1,
    dkLen: 32,
    maxmem: 2 * 1024 * MAX_SCRYPT_COST,
  });
}
