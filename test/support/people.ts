/** Participants with real keys, and a committed payment between them, for tests of bytes and signatures. */
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import { type PublicKey, publicKeyFromBytes } from '#protocol/identity.ts';
import { VERSION } from '#protocol/limits.ts';
import { type Certificate, type Header, type PaymentId, type Route, routeDigestOf, txIdOf } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { type Sign, signWith, verifyWith } from '#protocol/statement.ts';

export interface Person {
  readonly seed: Uint8Array;
  readonly key: PublicKey;
  readonly sign: Sign;
}

export const verify = verifyWith(nodeEd25519);

/** The same person for the same number, 0 … 255. */
export function person(number: number): Person {
  const seed = new Uint8Array(32).fill(number);
  const key = publicKeyFromBytes(nodeEd25519.publicKey(seed));
  if (isRefusal(key)) throw new Error('a key of another length');
  return { seed, key, sign: signWith(nodeEd25519, seed) };
}

/** 2024-01-02 03:04:05 UTC: any fixed time. */
export const THEN_MS = 1_704_164_645_000;

/** A payment of 12.5 UAH along the people's chain in the network `geo-test`, committed. `change` alters the header first. */
export function committed(people: readonly Person[], change: Partial<Header> = {}): Certificate {
  const nodes = people.map(({ key }) => key);
  const route: Route = { salt: '0f'.repeat(16), index: 0, amount: 1_250_000_000n, nodes };
  const header: Header = {
    version: VERSION,
    network: 'geo-test',
    kind: 'pay',
    equivalent: 'UAH',
    total: route.amount,
    payer: nodes[0] as PublicKey,
    receiver: nodes.at(-1) as PublicKey,
    paymentId: 'ab'.repeat(32) as PaymentId,
    createdAtMs: THEN_MS,
    expiresAtMs: THEN_MS + 34_000,
    sealedMemo: null,
    routeDigests: [routeDigestOf(route)],
    witnesses: null,
    ...change,
  };
  const txId = txIdOf(header);
  const { network } = header;
  const signatures = people
    .slice(0, -1)
    .map(({ key, sign }, position) =>
      sign({ domain: 'geo/1/prepare', network, txId, routeIndex: 0, position, signer: key }),
    );
  const receiver = people.at(-1) as Person;
  const commit = receiver.sign({ domain: 'geo/1/commit', network, txId, signer: receiver.key });
  return { txId, header, route, signatures, commit };
}
