import { readFileSync } from 'node:fs';
import { encode as encodeCbor } from 'cborg';
import { describe, expect, it } from 'vitest';
import { announcementShape, signedAnnouncementShape } from '#protocol/announcement.ts';
import { cardShape, signedCardShape } from '#protocol/card.ts';
import { causeShape } from '#protocol/cause.ts';
import { checkpointShape, signedCheckpointShape } from '#protocol/checkpoint.ts';
import { decode, encode, type Shape } from '#protocol/codec.ts';
import { delegatedSignatureShape } from '#protocol/delegation/delegated-signature.ts';
import { delegationShape } from '#protocol/delegation/delegation.ts';
import { handedAttemptShape, handedCheckpointShape, handedMandateShape } from '#protocol/delegation/handed-in.ts';
import { dialBackAnswerShape, dialBackShape } from '#protocol/dial-back.ts';
import { evidenceShape } from '#protocol/evidence.ts';
import { hostedMessageShape } from '#protocol/hosted-link.ts';
import { loginShape, requestShape } from '#protocol/hub-session.ts';
import { invoiceShape, signedInvoiceShape } from '#protocol/invoice.ts';
import { joinRequestShape, signedJoinRequestShape } from '#protocol/join-request.ts';
import { entryShape } from '#protocol/journal.ts';
import { MAX_DEPTH, MAX_FRAME_BYTES } from '#protocol/limits.ts';
import { instanceShape, messageShape } from '#protocol/link.ts';
import { certificateShape, headerShape, packetShape, routeShape } from '#protocol/packet.ts';
import { participantRecordShape, signedParticipantRecordShape } from '#protocol/participant-record.ts';
import { refusalShape } from '#protocol/probe.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { signedTrustLineShape, trustLineShape } from '#protocol/trust-line.ts';
import { Grammar, type Item, type Type } from '#test/support/cddl.ts';

const grammar = new Grammar(readFileSync('protocol/wire.cddl', 'utf8'));

/** Every rule that the code has a shape for; all others are parts of these. */
const SHAPES: Readonly<Record<string, Shape<unknown>>> = {
  message: messageShape,
  'instance-statement': instanceShape,
  'refusal-statement': refusalShape,
  'dial-back': dialBackShape,
  'dial-back-answer': dialBackAnswerShape,
  header: headerShape,
  route: routeShape,
  packet: packetShape,
  certificate: certificateShape,
  cause: causeShape,
  'trust-line': trustLineShape,
  'signed-trust-line': signedTrustLineShape,
  announcement: announcementShape,
  'signed-announcement': signedAnnouncementShape,
  evidence: evidenceShape,
  'journal-entry': entryShape,
  'signed-checkpoint': signedCheckpointShape,
  checkpoint: checkpointShape,
  card: cardShape,
  'signed-card': signedCardShape,
  invoice: invoiceShape,
  'signed-invoice': signedInvoiceShape,
  'participant-record': participantRecordShape,
  'signed-participant-record': signedParticipantRecordShape,
  delegation: delegationShape,
  'hosted-message': hostedMessageShape,
  'handed-mandate': handedMandateShape,
  'handed-checkpoint': handedCheckpointShape,
  'handed-attempt': handedAttemptShape,
  'delegated-signature': delegatedSignatureShape,
  'join-request': joinRequestShape,
  'signed-join-request': signedJoinRequestShape,
  'login-statement': loginShape,
  'request-statement': requestShape,
};

/** A file of evidence holds up to two frames. */
const LIMITS = { maxBytes: 2 * MAX_FRAME_BYTES, maxDepth: MAX_DEPTH };

/** Each array of fixed places in the value, emptied (a message keeps its number), with the names of its places. */
function* emptied(type: Type, item: Item): Generator<{ item: Item; names: readonly string[] }> {
  const wanted = grammar.resolve(type);
  if (wanted.kind === 'choice') {
    const chosen = wanted.types.find((one) => grammar.fits(one, item));
    if (chosen !== undefined) yield* emptied(chosen, item);
  }
  if (wanted.kind !== 'array' || !Array.isArray(item)) return;
  const items = item as readonly Item[];
  const [first] = wanted.entries;
  if (first?.max === 1) {
    const names = wanted.entries.flatMap(({ name }) => name ?? []);
    yield { item: items.slice(0, wanted.entries.length - names.length), names };
  }
  for (const [at, part] of items.entries()) {
    const entry = first?.max === 1 ? wanted.entries[at] : first;
    if (entry === undefined) continue;
    for (const inside of emptied(entry.type, part)) yield { ...inside, item: items.with(at, inside.item) };
  }
}

describe.each(Object.entries(SHAPES))('%s', (name, shape) => {
  it('has the places of the schema, in its order', () => {
    let seen = 0;
    for (const item of grammar.resolve(name).kind === 'choice'
      ? grammar.edges(name)
      : grammar.edges(name).slice(0, 1)) {
      for (const { item: broken, names } of emptied({ kind: 'rule', name }, item)) {
        if (names.length === 0) continue;
        const refusal = decode(shape, encodeCbor(broken), LIMITS);
        expect(refusal).toMatchObject({ limit: `an array of ${names.length}: ${names.join(', ')}` });
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(0);
  });

  it('takes what the schema allows, to its edges', () => {
    for (const item of grammar.edges(name)) {
      const bytes = encodeCbor(item);
      const value = decode(shape, bytes, LIMITS);
      expect(isRefusal(value) ? value : null).toBeNull();
      expect(encode(shape, value)).toEqual(bytes);
    }
  });

  it('refuses what the schema does not allow', () => {
    const wrong = grammar.beyond(name);
    expect(wrong.length).toBeGreaterThan(10);
    for (const item of wrong) {
      const value = decode(shape, encodeCbor(item), LIMITS);
      if (!isRefusal(value))
        expect.fail(`taken although the schema does not allow it: ${JSON.stringify(item, readable)}`);
      expect(value.code).toBe('bad-encoding');
    }
  });
});

it('every rule of the schema is used', () => {
  const used = new Set(Object.keys(SHAPES));
  const visit = (type: Type): void => {
    if (type.kind === 'choice') type.types.forEach(visit);
    if (type.kind === 'array') for (const entry of type.entries) visit(entry.type);
    if (type.kind !== 'rule') return;
    used.add(type.name);
  };
  for (const type of grammar.rules.values()) visit(type);
  const alone = [...grammar.rules.keys()].filter((name) => !used.has(name));
  expect(alone).toEqual(['receipt', 'prepare-statement', 'abort-statement', 'commit-statement', 'decline-statement']);
  for (const name of used) expect(grammar.rules.has(name) ? null : name).toBeNull();
});

function readable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
