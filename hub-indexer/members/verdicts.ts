/**
 * Remembers verdicts on signatures, twice over: by what was signed as it lies in memory, which costs nothing and holds
 * as long as a packet goes from member to member; and by its bytes. Whether one is valid is a pure function of key,
 * message and signature, and in a hub every participant of a route looks at the same ones: each prepare, commit and
 * delegation is verified once, not once by each of them.
 */
import type { Ed25519 } from '#protocol/ed25519.ts';
import { LruCache } from '#protocol/lru.ts';
import type { Signature } from '#protocol/packet.ts';
import type { Statement, TransactionStatement, Verify } from '#protocol/statement.ts';

/** Some seconds of a busy hub, and the delegations of those who pay: about half a kilobyte each. */
const REMEMBERED = 16_384;

export function rememberVerdicts(ed25519: Ed25519, remembered = REMEMBERED): Ed25519 {
  const verdicts = new LruCache<string, boolean>(remembered);
  return {
    ...ed25519,
    verify(key, message, signature) {
      // The lengths tell where one ends: no two triples have the same text.
      const text = `${key.length} ${signature.length} ${latin1(key)}${latin1(signature)}${latin1(message)}`;
      return verdicts.get(text, () => ed25519.verify(key, message, signature));
    },
  };
}

export interface Verified {
  readonly verify: Verify;
  /** This process itself has signed that: it need not be verified here. */
  readonly made: (statement: Statement, signature: Signature) => void;
}

/**
 * The verdict "valid" about the very same signature, header and routes is not worked out again. What is in memory as part
 * of a message is never changed, so the same objects have the same bytes; they are not kept in memory for this.
 */
export function rememberVerified(verify: Verify): Verified {
  const verified = new WeakMap<Signature, TransactionStatement[]>();
  const remember = (statement: Statement, signature: Signature): void => {
    if (!('txId' in statement)) return;
    const known = verified.get(signature);
    if (known === undefined) verified.set(signature, [statement]);
    else known.push(statement);
  };
  return {
    verify(statement, signature) {
      if (verified.get(signature)?.some((before) => isSame(before, statement)) === true) return true;
      const isValid = verify(statement, signature);
      if (isValid) remember(statement, signature);
      return isValid;
    },
    made: remember,
  };
}

function isSame(before: TransactionStatement, statement: Statement): boolean {
  if (before.domain !== statement.domain || before.signer !== statement.signer) return false;
  if (!('txId' in statement) || before.txId !== statement.txId || before.network !== statement.network) return false;
  return isSamePlace(before, statement) && isSameAbout(before, statement) && before.by === statement.by;
}

function isSamePlace(before: TransactionStatement, statement: TransactionStatement): boolean {
  if (!('position' in before) || !('position' in statement)) return 'position' in before === 'position' in statement;
  return before.position === statement.position && before.routeIndex === statement.routeIndex;
}

function isSameAbout({ about: before }: TransactionStatement, { about }: TransactionStatement): boolean {
  if (before === undefined || about === undefined) return before === about;
  const isSameRoutes =
    before.routes.length === about.routes.length && before.routes.every((route, at) => route === about.routes[at]);
  return before.header === about.header && isSameRoutes;
}

/** One character a byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
