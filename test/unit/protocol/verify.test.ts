/** Which messages the machine may see (§4.3, §7.3), and the fault of every other one. B reads on the route A–B–C. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ANNOUNCEMENT_LIFETIME_MS } from '#protocol/limits.ts';
import type { AbortMessage, Message } from '#protocol/link.ts';
import type { Header, Packet, Signature } from '#protocol/packet.ts';
import type { Statement } from '#protocol/statement.ts';
import { type Fault, isFault, verifyMessage } from '#protocol/verify.ts';
import { announced, offer } from '#test/support/announcements.ts';
import { lineMessage, type Machine, machineWith } from '#test/support/machine.ts';
import { Draft, draft, key, NETWORK, sign, split, UAH, verify } from '#test/support/packets.ts';
import { person, verify as realVerify, THEN_MS } from '#test/support/people.ts';

let machine: Machine;
let payment: Draft;

beforeEach(() => {
  machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  payment = draft('ABC');
});

function fault(code: Fault['code'], what: string): Fault {
  return { kind: 'fault', code, what };
}

/** Read without the codec: forged parts may not fit it. */
function read(from: string, message: Message): Message | Fault {
  return verifyMessage({ records: machine.records, verify, nowMs: machine.nowMs }, key(from), message);
}

function passes(from: string, message: Message): void {
  expect(read(from, message)).toEqual(message);
}

const NOT_SIGNED = new Uint8Array(64);
/** The same transaction with another header: all its signatures are right. */
function withHeader(change: Partial<Header>): Draft {
  return new Draft({ ...payment.header, ...change }, payment.route, payment.names);
}
function prepareOf(packet: Partial<Packet>): Message {
  return { type: 'prepare', packet: { ...payment.packet(1), ...packet } };
}

describe('what needs no proof passes as it is', () => {
  it.each<Message>([
    {
      ...{ type: 'hello', network: 'another', versions: [9], capabilities: [], instance: '00'.repeat(16) },
      ...{ startedAtMs: 0, signature: new Uint8Array(64) },
    },
    draft('ABC').ack('commit', 1),
    draft('ABC').cancel,
    { type: 'trust-line-ack', from: key('B'), to: key('A'), equivalent: UAH, seq: 1 },
    { type: 'map-digest', slot: 0, count: 1, digest: '0'.repeat(16), isAnswer: true },
    draft('ABC').resolve('id'),
  ])('$type', (message) => passes('Z', message));
});

describe.each([
  ['prepare', (packet: Partial<Packet>) => prepareOf(packet)],
  [
    'resolve with the packet',
    (packet: Partial<Packet>): Message => {
      const whole = { ...payment.packet(1), ...packet };
      const question = { type: 'resolve', routeIndex: whole.route.index, header: null, route: null } as const;
      return { ...question, txId: whole.txId, packet: whole };
    },
  ],
] as const)('%s', (_name, carrying) => {
  it('from upstream, signed by all before', () => passes('A', carrying({})));

  it('of another network', () => {
    const other = withHeader({ network: 'elsewhere' });
    expect(read('A', carrying(other.packet(1)))).toEqual(fault('wrong-network', 'a packet is of network "elsewhere"'));
  });

  it('malformed: the sentence says how', () => {
    const other = withHeader({ expiresAtMs: THEN_MS });
    expect(read('A', carrying(other.packet(1)))).toEqual(fault('bad-form', 'it expires before it was created'));
  });

  it('not at a position of this participant', () => {
    const elsewhere = fault('bad-form', 'a packet is not at a position of this participant');
    expect(read('A', carrying(payment.packet(2)))).toEqual(elsewhere);
    expect(read('A', carrying({ signatures: [] }))).toEqual(elsewhere);
    expect(read('A', carrying(draft('ADC').packet(1)))).toEqual(elsewhere);
    const tooMany = [...payment.packet(2).signatures, NOT_SIGNED];
    expect(read('A', carrying({ signatures: tooMany }))).toEqual(elsewhere);
  });

  it('from one who is not upstream', () => {
    const wrong = fault('wrong-sender', 'a packet comes from one who is not upstream');
    for (const other of ['C', 'D', 'B']) expect(read(other, carrying({}))).toEqual(wrong);
  });

  it('with a signature that is not one', () => {
    const unsigned = fault('bad-signature', 'position 0 did not sign the packet');
    expect(read('A', carrying({ signatures: [NOT_SIGNED] }))).toEqual(unsigned);
    expect(read('A', carrying({ signatures: [draft('ABC').prepareSignature(0)] }))).toEqual(unsigned);
    const further = draft('ADBC').packet(2);
    const [first] = further.signatures;
    expect(read('D', carrying({ ...further, signatures: [first as Signature, NOT_SIGNED] }))).toEqual(
      fault('bad-signature', 'position 1 did not sign the packet'),
    );
  });
});

describe('resolve', () => {
  it('with header, with header and route', () => {
    passes('Z', payment.resolve('header'));
    passes('Z', payment.resolve('unsigned'));
  });

  it('that carries another packet or header than it names', () => {
    const { txId } = draft('ABC');
    expect(read('A', { ...(payment.resolve(1) as object), txId } as Message)).toEqual(
      fault('bad-form', 'a RESOLVE carries another packet'),
    );
    expect(read('A', { ...(payment.resolve('header') as object), txId } as Message)).toEqual(
      fault('bad-form', 'a RESOLVE carries another header'),
    );
  });

  it('of another network', () => {
    expect(read('A', withHeader({ network: 'elsewhere' }).resolve('header'))).toEqual(
      fault('wrong-network', 'a RESOLVE is of another network'),
    );
  });

  it('with a route that is not of its header', () => {
    const message = { ...(payment.resolve('unsigned') as object), route: draft('ADC').route } as Message;
    expect(read('A', message)).toEqual(fault('bad-form', 'the route is not the one its header lists'));
  });
});

describe('commit', () => {
  const carrying = (change: object): Message => ({
    type: 'commit',
    certificate: { ...payment.certificate, ...change },
  });

  it('from anyone', () => {
    for (const from of ['A', 'C', 'Z']) passes(from, payment.commit);
  });

  it('of a transaction in which this participant has no part', () => passes('Z', draft('DEF').commit));

  it('of another network', () => {
    expect(read('C', withHeader({ network: 'elsewhere' }).commit)).toEqual(
      fault('wrong-network', 'a packet is of network "elsewhere"'),
    );
  });

  it('malformed', () => {
    expect(read('C', withHeader({ expiresAtMs: THEN_MS }).commit)).toEqual(
      fault('bad-form', 'it expires before it was created'),
    );
  });

  it('with too few or too many signatures', () => {
    const { signatures } = payment.certificate;
    const lacking = fault('bad-form', 'a certificate lacks signatures');
    expect(read('C', carrying({ signatures: signatures.slice(0, 1) }))).toEqual(lacking);
    expect(read('C', carrying({ signatures: [...signatures, ...signatures] }))).toEqual(lacking);
  });

  it('not signed by the receiver', () => {
    const unsigned = fault('bad-signature', 'a certificate is not signed by the receiver');
    expect(read('C', carrying({ commit: NOT_SIGNED }))).toEqual(unsigned);
    expect(read('C', carrying({ commit: draft('ABC').certificate.commit }))).toEqual(unsigned);
    const { decline } = payment;
    if (decline.type !== 'decline') throw new Error('no DECLINE');
    expect(read('C', carrying({ commit: decline.signature }))).toEqual(unsigned);
  });

  it('not signed at one position', () => {
    const [first, second] = payment.certificate.signatures as [Signature, Signature];
    for (const [signatures, position] of [
      [[NOT_SIGNED, second], 0],
      [[first, first], 1],
      [[first, payment.abortSignature(1)], 1],
    ] as const) {
      const unsigned = fault('bad-signature', `position ${position} did not sign the packet`);
      expect(read('C', carrying({ signatures }))).toEqual(unsigned);
    }
  });

  it('is judged by its bytes, not by what is known: the same verdict before and after, early and late', () => {
    const forged = carrying({ commit: NOT_SIGNED });
    for (const nowMs of [0, payment.header.expiresAtMs + 1]) {
      machine.nowMs = nowMs;
      passes('C', payment.commit);
      expect(isFault(read('C', forged))).toBe(true);
    }
    machine.nowMs = THEN_MS;
    machine.receive('A', payment.prepare(1));
    machine.receive('C', payment.commit);
    expect(isFault(read('C', forged))).toBe(true);
    passes('C', payment.commit);
  });
});

describe('abort', () => {
  it('by the signature of its signer, from anyone', () => {
    passes('C', payment.abort(2));
    passes('Z', payment.abort(1, undefined, [2]));
  });

  it('not signed by its signer, or for another place', () => {
    const unsigned = fault('bad-signature', 'an ABORT is not signed by its signer');
    const abort = payment.abort(2);
    const changes: readonly Partial<AbortMessage>[] = [
      { signature: NOT_SIGNED },
      { signer: key('A') },
      { routeIndex: 1 },
      { position: 1 },
      { txId: draft('ABC').txId },
      { signature: payment.prepareSignature(1), position: 1, signer: key('B') },
    ];
    for (const change of changes) expect(read('C', { ...abort, ...change })).toEqual(unsigned);
  });

  it('of another network: the network is inside what is signed (real signatures)', () => {
    const carol = person(3);
    const reader = { records: machine.records, verify: realVerify, nowMs: THEN_MS };
    const { txId, routeIndex, position } = payment.abort(2);
    for (const network of [NETWORK, 'elsewhere']) {
      const at = { network, txId, routeIndex, position, signer: carol.key };
      const signature = carol.sign({ domain: 'geo/1/abort', ...at });
      const abort = { ...payment.abort(2), signer: carol.key, signature };
      expect(isFault(verifyMessage(reader, key('C'), abort))).toBe(network !== NETWORK);
      const said = carol.sign({ domain: 'geo/1/decline', network, txId, signer: carol.key });
      const decline = { type: 'decline', txId, signer: carol.key, signature: said } as const;
      expect(isFault(verifyMessage(reader, key('C'), decline))).toBe(network !== NETWORK);
    }
  });

  it('what it rests on is cut off where it does not hold: another place, a gap, no signature', () => {
    payment = draft('ABCDE');
    const abort = payment.abort(1, undefined, [2, 3, 4]);
    const [two, three, four] = abort.restsOn as [
      AbortMessage['restsOn'][0],
      AbortMessage['restsOn'][0],
      AbortMessage['restsOn'][0],
    ];
    passes('A', abort);
    const cases = [
      [[two, { ...three, signature: NOT_SIGNED }, four], [two]],
      [[two, four], [two]],
      [[three, four], []],
      [[two, { ...three, signer: key('Z') }], [two]],
      [[{ ...two, position: 3 }], []],
    ] as const;
    for (const [restsOn, kept] of cases) expect(read('A', { ...abort, restsOn })).toEqual({ ...abort, restsOn: kept });
  });
});

describe('decline', () => {
  it('by the signature of its signer, from anyone', () => passes('Z', payment.decline));

  it('not signed by its signer', () => {
    const unsigned = fault('bad-signature', 'a DECLINE is not signed by its signer');
    const decline = payment.decline as Extract<Message, { type: 'decline' }>;
    expect(read('C', { ...decline, signer: key('A') })).toEqual(unsigned);
    expect(read('C', { ...decline, txId: draft('ABC').txId })).toEqual(unsigned);
    expect(read('C', { ...decline, signature: payment.certificate.commit })).toEqual(unsigned);
  });
});

describe('trust-line', () => {
  const line = (from: string, to: string, change: object = {}): Message => {
    const made = lineMessage(from, to, 5n, { seq: THEN_MS + 9 }) as Extract<Message, { type: 'trust-line' }>;
    return { type: 'trust-line', signed: { ...made.signed, line: { ...made.signed.line, ...change } } };
  };

  it("from its owner, to this participant; or this participant's, from its other end", () => {
    passes('A', line('A', 'B'));
    passes('A', line('B', 'A'));
  });

  it('of another network', () => {
    expect(read('A', line('A', 'B', { network: 'elsewhere' }))).toEqual(
      fault('wrong-network', 'a trust line is of another network'),
    );
  });

  it.each([
    ['C', 'A', 'B'],
    ['A', 'A', 'C'],
    ['B', 'B', 'B'],
  ])('brought by %s, of %s to %s', (from, owner, to) => {
    expect(read(from, line(owner, to))).toEqual(
      fault('wrong-sender', 'a trust line is not one between its sender and this participant'),
    );
  });

  it('not signed by its owner', () => {
    const unsigned = fault('bad-signature', 'a trust line is not signed by its owner');
    expect(read('A', line('A', 'B', { limit: 6n }))).toEqual(unsigned);
    expect(read('A', line('A', 'B', { seq: THEN_MS + 10 }))).toEqual(unsigned);
  });

  it('with the signature of the stored one over something else: no evidence of equivocation', () => {
    machine.receive('C', line('C', 'B'));
    expect(isFault(read('C', line('C', 'B', { limit: 6n })))).toBe(true);
  });
});

describe('announcement-offer', () => {
  it('from the owner of a line to this participant', () => passes('A', offer('AB')));

  it.each<[string, Parameters<typeof offer>, Fault]>([
    ['A', ['AB', { network: 'elsewhere' }], fault('wrong-network', 'an announcement is of another network')],
    ['C', ['AB'], fault('wrong-sender', 'an announcement is offered by one who does not own the line')],
    ['A', ['AC'], fault('wrong-sender', 'an announcement is offered by one who does not own the line')],
    ['B', ['BB'], fault('bad-form', 'an announcement is of a line to oneself')],
    [
      'A',
      ['AB', { expiresAtMs: THEN_MS + ANNOUNCEMENT_LIFETIME_MS + 1 }],
      fault('bad-form', 'an announcement lives too long'),
    ],
    ['A', ['AB', { active: false }], fault('bad-form', 'an inactive announcement is offered')],
  ])('brought by %s: %j', (from, made, expected) => {
    expect(read(from, offer(...made))).toEqual(expected);
  });

  it('not signed by the owner', () => {
    const unsigned = fault('bad-signature', 'an announcement is not signed by its owner');
    expect(read('A', { type: 'announcement-offer', signed: announced('AB', {}, '') })).toEqual(unsigned);
    expect(read('A', { type: 'announcement-offer', signed: announced('AB', {}, 'B') })).toEqual(unsigned);
    const { announcement, toSignature } = announced('AB');
    const signed = { announcement, fromSignature: toSignature, toSignature: null };
    expect(read('A', { type: 'announcement-offer', signed })).toEqual(unsigned);
  });
});

describe('announcements', () => {
  it('one that is forged condemns the message', () => {
    const { announcement, fromSignature } = announced('CD');
    const forged = { announcement, fromSignature, toSignature: fromSignature };
    expect(read('A', { type: 'announcements', signed: [announced('DE'), forged] })).toEqual(
      fault('bad-signature', 'an announcement is forged or malformed'),
    );
  });

  it('those that are old or known are taken out', () => {
    machine.feed({ type: 'gossip', signed: announced('CD') });
    const old = announced('DE', { expiresAtMs: THEN_MS });
    const message: Message = { type: 'announcements', signed: [announced('CD'), old, announced('EF')] };
    expect(read('A', message)).toEqual({ type: 'announcements', signed: [announced('EF')] });
  });
});

it('signatures that are stored are not verified a second time', () => {
  const [first, second] = split([
    ['ABC', 10n],
    ['AEBC', 5n],
  ]) as [Draft, Draft];
  machine.receive('A', first.prepare(1));
  const asked: Statement[] = [];
  const counting = {
    records: machine.records,
    nowMs: THEN_MS,
    verify: (statement: Statement, signature: Signature) => {
      asked.push(statement);
      return verify(statement, signature);
    },
  };
  const seen = (message: Message, from: string) => {
    asked.length = 0;
    expect(isFault(verifyMessage(counting, key(from), message))).toBe(false);
    return asked.map(({ domain }) => domain);
  };
  expect(seen(first.prepare(1), 'A')).toEqual([]);
  expect(seen(first.commit, 'C')).toEqual(['geo/1/commit']);
  // Another route of the same payment has signatures of its own.
  expect(seen(second.prepare(2), 'E')).toEqual(['geo/1/prepare', 'geo/1/prepare']);
  machine.receive('C', first.commit);
  expect(seen(first.commit, 'C')).toEqual([]);
});

it('the signatures of the tests are as strict as real ones', () => {
  const statement = { domain: 'geo/1/commit', network: NETWORK, txId: payment.txId, signer: key('C') } as const;
  expect(verify(statement, sign(statement))).toBe(true);
  expect(verify({ ...statement, domain: 'geo/1/decline' }, sign(statement))).toBe(false);
  expect(verify({ ...statement, signer: key('B') }, sign(statement))).toBe(false);
  const changed = sign(statement);
  changed[63] = 1;
  expect(verify(statement, changed)).toBe(false);
});
