/** Remembers what participants signed, over all files of a check, and tells when one of them contradicts itself. */
import { createHash } from 'node:crypto';
import { checkpointDigest, type SignedCheckpoint } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import type { EvidenceKind } from '#protocol/evidence.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Header, TxId } from '#protocol/packet.ts';
import { type SignedTrustLine, trustLineShape } from '#protocol/trust-line.ts';

/** Signatures of `against` that contradict each other. */
export interface Proof {
  readonly code: EvidenceKind;
  readonly against: PublicKey;
  readonly why: string;
}

/** The receiver's signed word that a transaction will never be committed, and where it stands. */
export interface Declined {
  readonly txId: TxId;
  readonly signer: PublicKey;
  readonly file: number;
  readonly line: number | null;
}

interface Seen {
  readonly file: number;
  readonly digest: string;
}

/** Everything that it is told has valid signatures. */
export class Witness {
  /** Transactions by the digest of receiver, payer and payment id: one id is committed once. */
  readonly #commits = new Map<string, TxId>();
  readonly #declines: Declined[] = [];
  readonly #lines = new Map<string, Seen>();
  readonly #checkpoints = new Map<string, Seen>();

  /** A transaction that its receiver committed. */
  commit(txId: TxId, { network, payer, receiver, paymentId }: Header): Proof | null {
    const key = createHash('sha256').update(`${network}/${receiver}/${payer}/${paymentId}`).digest('base64');
    const before = this.#commits.get(key);
    if (before === undefined) this.#commits.set(key, txId);
    else if (before !== txId) {
      const why = `its payment id was committed before, by transaction ${before}: it was paid twice`;
      return { code: 'two-commits', against: receiver, why };
    }
    return null;
  }

  /** "I will never commit this transaction." */
  decline(decline: Declined): void {
    this.#declines.push(decline);
  }

  /** Declines of what was committed all the same. To be asked once, when all has been seen. */
  *declinedCommits(): Generator<Declined> {
    if (this.#declines.length === 0) return;
    const committed = new Set(this.#commits.values());
    for (const decline of this.#declines) if (committed.has(decline.txId)) yield decline;
  }

  /** A trust line in a file: two files may show different ones with one seq. */
  line(signed: SignedTrustLine, file: number): Proof | null {
    const { network, from, to, equivalent, seq } = signed.line;
    const digest = digestOf(encode(trustLineShape, signed.line));
    const isOther = differs(this.#lines, `${network}/${from}/${to}/${equivalent}/${seq}`, { file, digest });
    const why = `the two ends of the line hold different documents with seq ${seq}, both signed by its owner`;
    return isOther ? { code: 'two-trust-lines', against: from, why } : null;
  }

  /** A checkpoint that both signed. Both broke their word if there are two; the smaller key proposed both. */
  checkpoint({ checkpoint }: SignedCheckpoint, file: number): Proof | null {
    const { network, smaller, larger, equivalent, epoch } = checkpoint;
    const digest = checkpointDigest(checkpoint);
    const isOther = differs(this.#checkpoints, `${network}/${smaller}/${larger}/${equivalent}/${epoch}`, {
      file,
      digest,
    });
    const why = `the two ends of the account hold different checkpoints ${epoch}, each signed by both`;
    return isOther ? { code: 'two-checkpoints', against: smaller, why } : null;
  }
}

/** Was another document seen under this name in another file? */
function differs(known: Map<string, Seen>, name: string, seen: Seen): boolean {
  const before = known.get(name);
  if (before === undefined) known.set(name, seen);
  return before !== undefined && before.file !== seen.file && before.digest !== seen.digest;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
