/** Failures: the world did not do what the node needs (disk, network, settings). Thrown at the edges only. */

export type FailureCode =
  /** Another process runs on the data folder. */
  | 'folder-in-use'
  /** The data folder, or a file in it, cannot be read or written. */
  | 'folder-unreadable'
  | 'disk-full'
  /** Stored records are damaged or missing. */
  | 'store-corrupt'
  /** The store was written by a later version of the program. */
  | 'store-newer'
  /** The folder holds records already, which are never replaced. */
  | 'store-exists'
  /** The disk refused a read or a write for another reason. */
  | 'store-failed'
  | 'config-invalid'
  | 'port-in-use'
  | 'node-unreachable'
  | 'identity-missing'
  | 'identity-exists'
  /** The key is encrypted, and the passphrase is missing or wrong. */
  | 'identity-locked'
  /** The key file is damaged. */
  | 'identity-corrupt'
  /** No backup file, or one of a later version. */
  | 'backup-unusable'
  | 'backup-damaged'
  /** Whoever it is of, it is not the identity at hand. */
  | 'backup-of-another'
  /** Its network is not the one that the settings of the folder say. */
  | 'backup-of-other-network'
  /** The node goes on elsewhere and never starts on this folder again. */
  | 'node-moved'
  /** The node is stopping and takes nothing more. */
  | 'stopped'
  /** A bug stopped the node: its own code met a state that must not be. */
  | 'bug';

/** `code` is for programs, `message` says what happened, `hint` what to do about it. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly hint: string | null;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Failure';
    this.code = code;
    this.hint = options.hint ?? null;
  }
}
