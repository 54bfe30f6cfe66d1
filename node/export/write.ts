/** Writes the ledger of a participant in its public format (format.ts), from its stored records. */
import { createHash } from 'node:crypto';
import { encodeEvidence } from '#protocol/evidence.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Payment } from '#protocol/payment.ts';
import type { Abort, Position } from '#protocol/position.ts';
import type { DurableRecord } from '#protocol/records.ts';
import type { Store } from '../store/store.ts';
import {
  LEDGER_VERSION,
  type LedgerOf,
  type LedgerPosition,
  type LedgerRecord,
  ledgerLine,
  type Waiver,
} from './format.ts';

/** Where the records of a ledger are stored, in the order in which they stand in the file. */
const PREFIXES = [
  ...['account/', 'line/', 'past-checkpoint/', 'checkpoint/', 'evidence/', 'entry/', 'payment/'],
  'transaction/',
];

/** Whose ledger it is, and as of when. */
export interface Holder {
  readonly participant: PublicKey;
  readonly network: string;
  readonly nowMs: number;
  readonly restoredAtMs: number | null;
}

/** The lines of the file, the whole ledger as it is on disk at one moment. Throws `store-corrupt`. */
export async function* exportLedger(
  store: Pick<Store, 'entriesAtOnce'>,
  { participant, network, nowMs, restoredAtMs }: Holder,
): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let records = 0;
  const write = (record: LedgerRecord): string => {
    const line = ledgerLine(record);
    hash.update(line);
    records++;
    return line;
  };
  yield write({ type: 'ledger', version: LEDGER_VERSION, network, participant, createdAtMs: nowMs, restoredAtMs });
  for await (const record of store.entriesAtOnce(PREFIXES)) {
    const exported = exportedRecord(record);
    if (exported !== null) yield write(exported);
  }
  yield ledgerLine({ type: 'end', records, sha256: hash.digest('hex') });
}

/** As it stands in the file; null for what is not part of the ledger. */
function exportedRecord(record: DurableRecord): LedgerRecord | null {
  switch (record.type) {
    case 'account': {
      const { type, neighbour, equivalent, limitGiven, limitReceived, balance, reservedIn, reservedOut } = record;
      const { standing, entries, journalHead, closedUntilMs } = record;
      return {
        ...{ type, neighbour, equivalent, limitGiven, limitReceived, balance, reservedIn, reservedOut },
        ...{ standing, entries, journalHead, closedUntilMs },
      };
    }
    case 'line': {
      const { type, signed, conflicting } = record;
      return { type, signed: copyLine(signed), conflicting: conflicting && copyLine(conflicting) };
    }
    case 'checkpoint': {
      const { proposed } = record;
      const smallerSignature = proposed?.smallerSignature ?? null;
      // What nobody has signed proves nothing.
      return { ...record, proposed: smallerSignature && proposed && { ...proposed, smallerSignature } };
    }
    // These hold nothing else.
    case 'past-checkpoint':
    case 'entry':
      return record;
    case 'evidence':
      return { type: 'evidence', id: record.id, file: encodeEvidence(record) };
    case 'payment':
      return exportedPayment(record);
    case 'transaction': {
      const { type, txId, positions } = record;
      const [{ header }] = positions as readonly [Position, ...Position[]];
      const { routeDigests } = header;
      return {
        ...{ type, txId, header: { ...header, routeDigests: [...routeDigests] } },
        positions: positions.map(exportedPosition),
      };
    }
    // Derived, or not about accounts.
    case 'node':
    case 'paid':
    case 'proposal':
    case 'announcement':
    case 'forgotten-announcement':
    case 'backup':
    case 'mandate':
      return null;
  }
}

type ExportedLine = LedgerOf<'line'>['signed'];

/** The schema knows no readonly lists. */
function copyLine({ line, signature }: Extract<DurableRecord, { type: 'line' }>['signed']): ExportedLine {
  return { line: { ...line, policy: { ...line.policy, blocked: [...line.policy.blocked] } }, signature };
}

function exportedPayment(payment: Payment): LedgerOf<'payment'> {
  const { type, paymentId, receiver, equivalent, amount, createdAtMs, state, decline } = payment;
  return {
    ...{ type, paymentId, receiver, equivalent, amount, createdAtMs, state },
    txId: 'txId' in payment ? payment.txId : null,
    finishedAtMs: 'finishedAtMs' in payment ? payment.finishedAtMs : null,
    refusal: payment.state === 'ABORTED' ? payment.refusal.code : null,
    decline,
  };
}

function exportedPosition(held: Position): LedgerPosition {
  const { position } = held;
  const route = { ...held.route, nodes: [...held.route.nodes] };
  switch (held.state) {
    case 'prepared': {
      const { state, signatures, isAdopted } = held;
      return { state, position, route, signatures: [...signatures], isAdopted };
    }
    case 'held':
      return { state: held.state, position, route, signatures: [...held.signatures] };
    case 'committed': {
      const { state, signatures, commit } = held;
      const waivedByDownstream = held.waivedByDownstream && waiverOf(held.waivedByDownstream);
      const waivedByMe = held.waivedByMe && waiverOf(held.waivedByMe);
      return { state, position, route, signatures: [...signatures], commit, waivedByDownstream, waivedByMe };
    }
    case 'aborted': {
      const { state, ownRisk, letGoAtMs, certificate } = held;
      return {
        ...{ state, position, route },
        abort: held.abort && waiverOf(held.abort),
        downstreamAbort: held.downstreamAbort && waiverOf(held.downstreamAbort),
        ownRisk,
        letGoAtMs,
        certificate: certificate && { signatures: [...certificate.signatures], commit: certificate.commit },
      };
    }
  }
}

function waiverOf({ position, signer, signature, cause, restsOn }: Abort): Waiver {
  return { position, signer, signature, cause: cause.code, restsOn: [...restsOn] };
}
