import { describe, expect, it } from 'vitest';
import { type Card, cardShape, makeCard, readCard, signedCardShape } from '#protocol/card.ts';
import { encode } from '#protocol/codec.ts';
import { toLink } from '#protocol/document-link.ts';
import { MAX_DOCUMENT_BYTES, VERSION } from '#protocol/limits.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { person, THEN_MS, verify } from '#test/support/people.ts';

const alice = person(1);
const card: Card = {
  version: VERSION,
  network: 'geo-test',
  publicKey: alice.key,
  name: 'Аліса 🌻',
  addresses: ['/ip4/127.0.0.1/tcp/4001', '/dns4/alice.example/tcp/443/wss'],
  suggestedLimit: { equivalent: 'UAH', amount: 50_000_000_000n },
  createdAtMs: THEN_MS,
  expiresAtMs: THEN_MS + 86_400_000,
};

function whyNot(link: string, network = 'geo-test'): string {
  const read = readCard(link, verify, network);
  if (!isRefusal(read)) throw new Error('the card was taken');
  expect(read.code).toBe('bad-link');
  expect(read.input.length).toBeLessThan(100);
  return read.why;
}

it('gives back what went in, and the same link for the same card', () => {
  const link = makeCard(card, alice.sign);
  expect(link).toMatch(/^geo:card\/[A-Za-z0-9_-]+$/);
  expect(readCard(link, verify, 'geo-test')).toEqual(card);
  expect(makeCard(card, alice.sign)).toBe(link);
});

it('takes the least and the largest card', () => {
  const least = { ...card, name: 'A', addresses: [], suggestedLimit: null, expiresAtMs: null };
  expect(readCard(makeCard(least, alice.sign), verify, 'geo-test')).toEqual(least);
  const largest = {
    ...card,
    network: 'n'.repeat(32),
    name: '🌻'.repeat(64),
    addresses: Array(8).fill('/'.repeat(256)),
  };
  const link = makeCard(largest, alice.sign);
  expect(link.length).toBeLessThan((MAX_DOCUMENT_BYTES * 4) / 3);
  expect(readCard(link, verify, 'n'.repeat(32))).toEqual(largest);
});

it('reads a link that mail has broken into lines', () => {
  const link = makeCard(card, alice.sign);
  const broken = ` \t${link.replace(/.{20}/g, '$&\r\n  ')}\n`;
  expect(readCard(broken, verify, 'geo-test')).toEqual(card);
});

describe('refuses', () => {
  const link = makeCard(card, alice.sign);

  it('a card of another network', () => {
    expect(whyNot(link, 'geo')).toBe('it is of the network "geo-test", not of "geo"');
  });

  it('a card changed or cut at any place', () => {
    for (let at = 'geo:card/'.length; at < link.length; at++) {
      const other = link[at] === 'A' ? 'B' : 'A';
      whyNot(`${link.slice(0, at)}${other}${link.slice(at + 1)}`);
      whyNot(link.slice(0, at));
      whyNot(link.slice(0, at) + link.slice(at + 1));
    }
  });

  it('a card signed by another', () => {
    expect(whyNot(makeCard(card, person(2).sign))).toBe('it is damaged or forged: its owner has not signed it');
  });

  it('what is no card', () => {
    expect(whyNot('')).toBe('it begins with something else');
    expect(whyNot('https://example.org/card')).toBe('it begins with something else');
    expect(whyNot(link.replace('card', 'pay'))).toBe('it holds a payment request');
    expect(whyNot('geo:card/')).toContain('damaged');
    expect(whyNot('geo:card/%20')).toContain('damaged');
    expect(whyNot(`geo:card/${'A'.repeat(10_000_000)}`)).toBe('it has 10000009 characters');
    expect(whyNot(`geo:card/${'A'.repeat(8_000)}`)).toContain('damaged: 6000 bytes are too many');
  });

  it('a name or times that no card has', () => {
    expect(whyNot(unchecked({ ...card, name: 'Ali\u202ece' }))).toContain('name');
    expect(whyNot(unchecked({ ...card, name: ' Alice' }))).toContain('name');
    expect(whyNot(unchecked({ ...card, expiresAtMs: THEN_MS }))).toBe('it expires before it was made');
  });
});

it('is a bug when the maker gives a card that nobody would read', () => {
  expect(() => makeCard({ ...card, name: ' Alice' }, alice.sign)).toThrow('name');
  expect(() => makeCard({ ...card, expiresAtMs: 0 }, alice.sign)).toThrow('expires');
  expect(() => makeCard({ ...card, addresses: ['/ip4/1.2.3.4 /tcp/1'] }, alice.sign)).toThrow('form');
  expect(() => makeCard({ ...card, addresses: Array(9).fill('/') }, alice.sign)).toThrow('9');
});

/** A card with a right signature that `makeCard` would not make. */
function unchecked(bad: Card): string {
  const bytes = encode(cardShape, bad);
  const signature = alice.sign({ domain: 'geo/1/contact-card', signer: alice.key, bytes });
  return toLink('card', signedCardShape, { card: bad, signature });
}
