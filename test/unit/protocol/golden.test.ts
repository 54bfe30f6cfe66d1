/** test/vectors/geo: bytes that any implementation of version 1 writes and reads. They change only with the version. */
import { describe, expect, it } from 'vitest';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { makeCard, readCard } from '#protocol/card.ts';
import { decode, encode } from '#protocol/codec.ts';
import { encodeDialBack, encodeDialBackAnswer } from '#protocol/dial-back.ts';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import { pidBytes, pidOf, publicKeyBytes } from '#protocol/identity.ts';
import { makeInvoice, readInvoice } from '#protocol/invoice.ts';
import { decodeMessage, encodeMessage, type Message, messageShape } from '#protocol/link.ts';
import { openMemo, sealMemo } from '#protocol/memo.ts';
import { headerShape, routeDigestOf, routeShape, txIdOf } from '#protocol/packet.ts';
import { makeParticipantRecord, readParticipantRecord } from '#protocol/participant-record.ts';
import { receiptOf, verifyReceipt } from '#protocol/receipt.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { statementBytes } from '#protocol/statement.ts';
import { wordsFromSeed } from '#protocol/words.ts';
import {
  alice,
  bob,
  card,
  carol,
  dialBacks,
  invoice,
  memoRandom,
  memoText,
  messages,
  participantRecord,
  payment,
  ring,
  statements,
} from '#test/support/examples.ts';
import { verify } from '#test/support/people.ts';
import documentsFile from '#test/vectors/geo/documents.json' with { type: 'json' };
import messagesFile from '#test/vectors/geo/messages.json' with { type: 'json' };
import refusedFile from '#test/vectors/geo/refused.json' with { type: 'json' };

const people = [alice, bob, carol];

/** JSON in which a byte string is `h'…'` and an amount `…n`; keys, ids and digests are plain hex as in memory. */
function toJson(value: unknown): string {
  const written = JSON.stringify(
    value,
    (_key, part: unknown) => {
      if (typeof part === 'bigint') return `${part}n`;
      return part instanceof Uint8Array ? `h'${bytesToHex(part)}'` : part;
    },
    2,
  );
  return `${written}\n`;
}

function fromJson(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (_key, part: unknown) => {
    if (typeof part !== 'string') return part;
    const hex = /^h'([0-9a-f]*)'$/.exec(part)?.[1];
    if (hex !== undefined) return hexToBytes(hex);
    return /^-?[0-9]+n$/.test(part) ? BigInt(part.slice(0, -1)) : part;
  });
}

function vector(name: string): string {
  return `../../vectors/geo/${name}.json`;
}

describe('the files are what this code makes', () => {
  it('identities', async () => {
    const made = people.map(({ seed, key }) => ({
      seed: bytesToHex(seed),
      words: wordsFromSeed(seed),
      publicKey: key,
      pid: pidOf(key),
    }));
    await expect(toJson(made)).toMatchFileSnapshot(vector('identities'));
  });

  it('packets', async () => {
    const made = [payment, ring].map(({ txId, header, route }) => ({
      header: bytesToHex(encode(headerShape, header)),
      txId,
      route: bytesToHex(encode(routeShape, route)),
      routeDigest: routeDigestOf(route),
    }));
    expect(made.map(({ txId }) => txId)).toEqual([txIdOf(payment.header), txIdOf(ring.header)]);
    await expect(toJson(made)).toMatchFileSnapshot(vector('packets'));
  });

  it('statements', async () => {
    const made = statements.map((statement) => {
      const { sign } = people.find(({ key }) => key === statement.signer) ?? alice;
      const signature = sign(statement);
      const message = statementBytes(statement);
      expect(nodeEd25519.verify(publicKeyBytes(statement.signer), message, signature)).toBe(true);
      return { statement, signedBytes: bytesToHex(message), signature: bytesToHex(signature) };
    });
    await expect(toJson(made)).toMatchFileSnapshot(vector('statements'));
  });

  it('messages', async () => {
    const made = Object.entries(messages).map(([name, message]) => ({
      name,
      hex: bytesToHex(encodeMessage(message)),
      message,
    }));
    await expect(toJson(made)).toMatchFileSnapshot(vector('messages'));
  });

  it('calls back', async () => {
    const made = dialBacks.map(({ question, answer }) => ({
      question: { ...question, hex: bytesToHex(encodeDialBack(question)) },
      answer: { ...answer, hex: bytesToHex(encodeDialBackAnswer(answer)) },
    }));
    await expect(toJson(made)).toMatchFileSnapshot(vector('dial-back'));
  });

  it('documents', async () => {
    const made = {
      card: { card, link: makeCard(card, alice.sign) },
      invoice: { invoice, link: makeInvoice(invoice, carol.sign) },
      receipt: { file: bytesToHex(receiptOf(payment)), proves: verifyReceipt(receiptOf(payment), verify) },
      memo: {
        text: memoText,
        receiver: carol.key,
        random: bytesToHex(memoRandom),
        sealed: bytesToHex(sealMemo(memoText, carol.key, memoRandom) as Uint8Array),
      },
      participantRecord: {
        record: participantRecord,
        key: `${bytesToHex(new TextEncoder().encode('/geo/'))}${bytesToHex(pidBytes(pidOf(alice.key)))}`,
        value: bytesToHex(makeParticipantRecord(participantRecord, alice.sign)),
      },
    };
    await expect(toJson(made)).toMatchFileSnapshot(vector('documents'));
  });
});

describe('messages.json', () => {
  it('has every kind of message', () => {
    const kinds = decode(messageShape, Uint8Array.of(0x80), { maxBytes: 9, maxDepth: 9 });
    const known = isRefusal(kinds) ? [...String((kinds as { limit?: unknown }).limit).matchAll(/ \d+ ([a-z-]+)/g)] : [];
    expect(known.length).toBeGreaterThan(18);
    expect(new Set(messagesFile.map(({ message }) => message.type))).toEqual(new Set(known.map(([, name]) => name)));
  });

  it.each(messagesFile)('$name, both ways', ({ hex, message }) => {
    const decoded = decodeMessage(hexToBytes(hex));
    expect(fromJson(JSON.parse(toJson(decoded)))).toEqual(fromJson(message));
    expect(bytesToHex(encodeMessage(fromJson(message) as Message))).toBe(hex);
  });
});

it('documents.json, read', () => {
  const { card, invoice, receipt, memo } = documentsFile;
  expect(readCard(card.link, verify, 'geo-test')).toEqual(fromJson(card.card));
  expect(readInvoice(invoice.link, verify, 'geo-test')).toEqual(fromJson(invoice.invoice));
  expect(verifyReceipt(hexToBytes(receipt.file), verify)).toEqual(fromJson(receipt.proves));
  expect(openMemo(hexToBytes(memo.sealed), carol.seed)).toBe(memo.text);
  const { record, key, value } = documentsFile.participantRecord;
  const reader = { network: 'geo-test', nowMs: record.seq, verify };
  expect(readParticipantRecord(hexToBytes(value), hexToBytes(key).subarray(5), reader)).toEqual(fromJson(record));
});

it.each(refusedFile)('refused.json: $why', ({ hex }) => {
  expect(isRefusal(decodeMessage(hexToBytes(hex)))).toBe(true);
});
