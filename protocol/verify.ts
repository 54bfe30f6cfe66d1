/**
 * Verification (§4.3, §7.3): which messages a driver may hand to the machine. A pure function of the message, of who
 * sent it and to whom; never of a clock or a limit. What fails is dropped and counted as a fault; nothing is stored.
 */

import { announcementFlaw, announcementStatement, judgeAnnouncement, type SignedAnnouncement } from './announcement.ts';
import { certificateFormFlaw, commitFlaw, preparesFlaw } from './certificate.ts';
import { checkpointStatement, inOrder, type SignedCheckpoint } from './checkpoint.ts';
import { ringMark } from './clearing/ring.ts';
import type { PublicKey } from './identity.ts';
import type { AbortMessage, Message } from './link.ts';
import {
  type Certificate,
  type Header,
  hopsOf,
  type Packet,
  packetFlaw,
  type Signature,
  type TxId,
  txIdOf,
} from './packet.ts';
import { type Probe, type ProbeAnswer, probeFlaw, refusalStatement } from './probe.ts';
import type { Records } from './records.ts';
import type { About, Verify } from './statement.ts';
import { type SignedTrustLine, trustLineStatement } from './trust-line.ts';

/** A neighbour broke the protocol. `what` is for people and logs. */
export interface Fault {
  readonly kind: 'fault';
  readonly code: 'wrong-network' | 'bad-form' | 'wrong-sender' | 'bad-signature';
  readonly what: string;
}

export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'fault';
}

function fault(code: Fault['code'], what: string): Fault {
  return { kind: 'fault', code, what };
}

/** Who reads the message, and with what. Signatures equal to stored ones are not verified a second time. */
export interface Reader {
  readonly records: Records;
  readonly verify: Verify;
  readonly nowMs: number;
}

/**
 * The message if the machine may see it, else the fault. Announcements that are merely old or known are taken out; a
 * forged one is a fault.
 */
export function verifyMessage(reader: Reader, from: PublicKey, message: Message): Message | Fault {
  switch (message.type) {
    case 'hello':
    case 'ack':
    case 'cancel':
    case 'trust-line-ack':
    case 'map-digest':
    case 'map-ask':
    case 'summary':
    case 'hops':
    case 'recover':
    case 'backup':
    case 'hint-request':
    case 'hints':
    case 'ring-none':
    case 'ring-probe':
      return message;
    case 'checkpoint':
      return checkpointFault(reader, from, message.signed) ?? message;
    case 'reminder':
      return reminderFault(reader, from, message.packet) ?? message;
    case 'prepare':
      return packetFault(reader, from, message.packet) ?? message;
    case 'commit':
      return certificateFault(reader, message.certificate) ?? message;
    case 'resolve':
      return resolveFault(reader, from, message) ?? message;
    case 'abort':
      return verifyAbort(reader, message);
    case 'decline': {
      const { txId, signer, signature } = message;
      const base = { domain: 'geo/1/decline', network: reader.records.network, txId, signer } as const;
      return reader.verify({ ...base, ...aboutOf(reader.records, txId) }, signature)
        ? message
        : fault('bad-signature', 'a DECLINE is not signed by its signer');
    }
    case 'trust-line':
      return trustLineFault(reader, from, message.signed) ?? message;
    case 'announcement-offer':
      return offerFault(reader, from, message.signed) ?? message;
    case 'announcements':
    case 'map-answer': {
      const signed = verifyAnnouncements(reader, message.signed);
      return isFault(signed) ? signed : { ...message, signed };
    }
    case 'probe':
      return probeFault(reader, from, message, -1) ?? message;
    case 'probe-answer':
      return probeFault(reader, from, message, 1) ?? readNarrowings(reader, message);
    case 'find':
      return message.nodes.at(-1) === from && isOnce(message.nodes)
        ? message
        : fault('wrong-sender', 'a search does not end with its sender');
    case 'ring-walk':
      return message.marks.at(-1) === ringMark(message.id, from) && new Set(message.marks).size === message.marks.length
        ? message
        : fault('wrong-sender', 'a walk does not end with its sender');
    case 'ring-found':
      return message.nodes[0] === from && isOnce(message.nodes)
        ? message
        : fault('wrong-sender', 'a ring was not found by its sender');
    case 'ring-half':
      return (message.side === 'owed' ? message.nodes[0] : message.nodes.at(-1)) === from && isOnce(message.nodes)
        ? message
        : fault('wrong-sender', 'half a ring does not end with its sender');
    case 'found':
      return isBeside(reader, from, message.nodes, 1) && isOnce(message.nodes)
        ? message
        : fault('wrong-sender', 'a chain was not found by its sender');
  }
}

/** A probe comes from the one before on its route, and is not for the payer; an answer comes from the one behind. */
function probeFault(reader: Reader, from: PublicKey, probe: Probe | ProbeAnswer, side: -1 | 1): Fault | null {
  const flaw = probeFlaw(probe);
  if (flaw !== null) return fault('bad-form', flaw);
  return isBeside(reader, from, probe.nodes, side)
    ? null
    : fault('wrong-sender', 'a probe does not come from its neighbour on the route');
}

function isBeside({ records }: Reader, from: PublicKey, nodes: readonly PublicKey[], side: -1 | 1): boolean {
  const own = nodes.indexOf(records.self);
  return own >= 0 && nodes[own + side] === from;
}

function isOnce(nodes: readonly PublicKey[]): boolean {
  return new Set(nodes).size === nodes.length;
}

/**
 * Only the payer looks at the signatures of refusals. One that is not signed is left out, whoever it came through: those
 * before it on the way could not tell.
 */
function readNarrowings({ records, verify }: Reader, answer: ProbeAnswer): ProbeAnswer {
  if (answer.nodes[0] !== records.self) return answer;
  const narrowings = answer.narrowings.filter((narrowing) =>
    verify(refusalStatement(records.network, answer, narrowing), narrowing.signature),
  );
  return { ...answer, narrowings };
}

/** Only the owner offers a line, and only what everybody else would accept. */
function offerFault(
  reader: Reader,
  from: PublicKey,
  { announcement, fromSignature }: SignedAnnouncement,
): Fault | null {
  const { network, self } = reader.records;
  if (announcement.network !== network) return fault('wrong-network', 'an announcement is of another network');
  if (announcement.from !== from || announcement.to !== self) {
    return fault('wrong-sender', 'an announcement is offered by one who does not own the line');
  }
  const flaw = announcementFlaw(announcement, network);
  if (flaw !== null || !announcement.active) return fault('bad-form', flaw ?? 'an inactive announcement is offered');
  const isSigned = fromSignature !== null && reader.verify(announcementStatement(announcement, from), fromSignature);
  return isSigned ? null : fault('bad-signature', 'an announcement is not signed by its owner');
}

/** Those that are news; one that is forged condemns the message. */
function verifyAnnouncements(
  reader: Reader,
  list: readonly SignedAnnouncement[],
): readonly SignedAnnouncement[] | Fault {
  const { network, topology } = reader.records;
  const { verify, nowMs } = reader;
  const accepted: SignedAnnouncement[] = [];
  for (const signed of list) {
    const { from, to, equivalent } = signed.announcement;
    const isSameLine = ({ announcement }: SignedAnnouncement) =>
      announcement.from === from && announcement.to === to && announcement.equivalent === equivalent;
    const known = accepted.findLast(isSameLine) ?? topology.get(from, to, equivalent);
    const verdict = judgeAnnouncement(signed, { network, nowMs, known, verify });
    if (verdict === 'reject') return fault('bad-signature', 'an announcement is forged or malformed');
    if (verdict === 'accept') accepted.push(signed);
  }
  return accepted;
}

function wrongNetwork(header: Header): Fault {
  return fault('wrong-network', `a packet is of network "${header.network}"`);
}

/** §4.2: form, own position, sender, and every signature so far. */
function packetFault(reader: Reader, from: PublicKey, packet: Packet): Fault | null {
  const { header, route, signatures } = packet;
  if (header.network !== reader.records.network) return wrongNetwork(header);
  const flaw = packetFlaw(header, route);
  if (flaw !== null) return fault('bad-form', flaw);
  const position = signatures.length;
  if (position > hopsOf(route) || route.nodes[position] !== reader.records.self) {
    return fault('bad-form', 'a packet is not at a position of this participant');
  }
  if (route.nodes[position - 1] !== from) return fault('wrong-sender', 'a packet comes from one who is not upstream');
  const unsigned = preparesFlaw(packet, reader.verify, storedSignatures(reader.records, packet));
  return unsigned === null ? null : fault('bad-signature', unsigned);
}

/** A packet that this participant signed and sent on to whoever shows it: form, places, every signature. */
function reminderFault(reader: Reader, from: PublicKey, packet: Packet): Fault | null {
  const { header, route, signatures } = packet;
  if (header.network !== reader.records.network) return wrongNetwork(header);
  const flaw = packetFlaw(header, route);
  if (flaw !== null) return fault('bad-form', flaw);
  const position = signatures.length;
  if (position > hopsOf(route) || route.nodes[position - 1] !== reader.records.self) {
    return fault('bad-form', 'a reminder is of a packet that this participant did not send');
  }
  if (route.nodes[position] !== from) return fault('wrong-sender', 'a reminder comes from one who is not downstream');
  const unsigned = preparesFlaw(packet, reader.verify, storedSignatures(reader.records, packet));
  return unsigned === null ? null : fault('bad-signature', unsigned);
}

/** A checkpoint of the account of the two, signed by each whose signature it carries. */
function checkpointFault(reader: Reader, from: PublicKey, signed: SignedCheckpoint): Fault | null {
  const { checkpoint, smallerSignature, largerSignature } = signed;
  const { network, self } = reader.records;
  if (checkpoint.network !== network) return fault('wrong-network', 'a checkpoint is of another network');
  const { smaller, larger } = inOrder(from, self);
  if (checkpoint.smaller !== smaller || checkpoint.larger !== larger) {
    return fault('wrong-sender', 'a checkpoint is not of the account with its sender');
  }
  const isSigned =
    reader.verify(checkpointStatement(checkpoint, smaller), smallerSignature) &&
    (largerSignature === null || reader.verify(checkpointStatement(checkpoint, larger), largerSignature));
  return isSigned ? null : fault('bad-signature', 'a checkpoint is not signed by whom it names');
}

/** §4.3: a certificate is complete and every signature in it is right, whoever shows it. */
function certificateFault(reader: Reader, certificate: Certificate): Fault | null {
  const { txId, header, route } = certificate;
  if (header.network !== reader.records.network) return wrongNetwork(header);
  const flaw = certificateFormFlaw(certificate);
  if (flaw !== null) return fault('bad-form', flaw);
  const stored = reader.records
    .positions(txId)
    .find((known) => known.route.index === route.index && known.state === 'committed');
  const known = stored?.state === 'committed' ? stored.commit : null;
  const unsigned =
    commitFlaw(certificate, reader.verify, known) ??
    preparesFlaw(certificate, reader.verify, storedSignatures(reader.records, certificate));
  return unsigned === null ? null : fault('bad-signature', unsigned);
}

/** Signatures of this route that were verified before they were stored: the longest list held. */
function storedSignatures(records: Records, packet: Packet): readonly Signature[] {
  let longest: readonly Signature[] = [];
  for (const position of records.positions(packet.txId)) {
    if (position.route.index !== packet.route.index || position.state === 'aborted') continue;
    if (position.signatures.length > longest.length) longest = position.signatures;
  }
  return longest;
}

/** What is known of the packet that an ABORT or a DECLINE is about. Of one that is not known neither has an effect. */
function aboutOf(records: Records, txId: TxId): { readonly about?: About } {
  const positions = records.positions(txId);
  const header = positions[0]?.header;
  return header === undefined ? {} : { about: { header, routes: positions.map(({ route }) => route) } };
}

/**
 * An ABORT counts by its signer's signature alone. What it rests on is evidence, and in an own ABORT that was forgotten
 * it frees the outgoing hop (rule 10): from the first part on that is not the next one downstream it is cut off.
 */
function verifyAbort(reader: Reader, message: AbortMessage): Message | Fault {
  const { txId, routeIndex, position, signer, signature, restsOn } = message;
  const { network } = reader.records;
  const base = { domain: 'geo/1/abort', network, txId, routeIndex, ...aboutOf(reader.records, txId) } as const;
  if (!reader.verify({ ...base, position, signer }, signature)) {
    return fault('bad-signature', 'an ABORT is not signed by its signer');
  }
  const broken = restsOn.findIndex(
    (part, at) =>
      part.position !== position + 1 + at ||
      !reader.verify({ ...base, position: part.position, signer: part.signer }, part.signature),
  );
  return broken < 0 ? message : { ...message, restsOn: restsOn.slice(0, broken) };
}

function resolveFault(reader: Reader, from: PublicKey, message: Extract<Message, { type: 'resolve' }>): Fault | null {
  const { txId, packet, header, route } = message;
  if (packet !== null) {
    return packet.txId === txId
      ? packetFault(reader, from, packet)
      : fault('bad-form', 'a RESOLVE carries another packet');
  }
  if (header === null) return null;
  if (header.network !== reader.records.network) return fault('wrong-network', 'a RESOLVE is of another network');
  if (txIdOf(header) !== txId) return fault('bad-form', 'a RESOLVE carries another header');
  const flaw = route === null ? null : packetFlaw(header, route);
  return flaw === null ? null : fault('bad-form', flaw);
}

function trustLineFault(reader: Reader, from: PublicKey, signed: SignedTrustLine): Fault | null {
  const { line, signature } = signed;
  if (line.network !== reader.records.network) return fault('wrong-network', 'a trust line is of another network');
  const { self } = reader.records;
  const isTheirs = line.from === from && line.to === self;
  const isOwn = line.from === self && line.to === from;
  if (!(isTheirs || isOwn) || line.from === line.to) {
    return fault('wrong-sender', 'a trust line is not one between its sender and this participant');
  }
  return reader.verify(trustLineStatement(line), signature)
    ? null
    : fault('bad-signature', 'a trust line is not signed by its owner');
}
