/** What is found in exported ledgers, receipts and evidence, and with which code. */
import { describe, expect, it } from 'vitest';
import { type LedgerOf, type LedgerRecord, ledgerLine } from '#node/export/format.ts';
import { evidenceIn } from '#node/export/kept-evidence.ts';
import { encodeEvidence } from '#protocol/evidence.ts';
import { receiptOf } from '#protocol/receipt.ts';
import { type SignedTrustLine, trustLineStatement } from '#protocol/trust-line.ts';
import { checkpoints, eventful } from '#test/support/eventful.ts';
import { checkFiles, ledgerOf, recordsOf, sealedLedger, short } from '#test/support/ledgers.ts';
import { lineMessage } from '#test/support/machine.ts';
import { chain, network } from '#test/support/network.ts';
import { draft, key, sign, split } from '#test/support/packets.ts';

type Type = LedgerRecord['type'];

/** Replaces the first record of a type for which `change` gives one; null takes it away. */
function changed<T extends Type>(type: T, change: (record: LedgerOf<T>) => LedgerRecord | null | undefined) {
  return (records: readonly LedgerRecord[]): LedgerRecord[] => {
    let done = false;
    const result = records.flatMap((record) => {
      const other = done || record.type !== type ? undefined : change(record as LedgerOf<T>);
      if (other === undefined) return [record];
      done = true;
      return other === null ? [] : [other];
    });
    if (!done) throw new Error(`no ${type} was changed`);
    return result;
  };
}

const sealed = (records: readonly LedgerRecord[]): string => sealedLedger(records.map(ledgerLine));

function signedAgain({ line }: SignedTrustLine, change: Partial<SignedTrustLine['line']>): LedgerOf<'line'>['signed'] {
  const changedLine = { ...line, ...change };
  const { policy } = changedLine;
  const signature = sign(trustLineStatement(changedLine));
  return { line: { ...changedLine, policy: { ...policy, blocked: [...policy.blocked] } }, signature };
}

const A = key('A');
const B = key('B');

describe('what B of an eventful network exports', () => {
  it('is valid, with proofs and notes of what others did', async () => {
    const verification = await checkFiles(await ledgerOf(eventful(), 'B'));
    expect(verification.isValid).toBe(true);
    expect(verification.findings.map(({ kind, code }) => `${kind} ${code}`).sort()).toEqual([
      'note above-limit',
      'note let-go',
      'note waived',
      'proof two-trust-lines',
      'proof two-trust-lines',
    ]);
    expect(verification.files).toMatchObject([
      { type: 'ledger', summary: { counts: { accounts: 2, checkpointed: 2, lines: 4, evidence: 1, underWay: 3 } } },
    ]);
  });

  it.each<[string, (records: readonly LedgerRecord[]) => LedgerRecord[], RegExp]>([
    [
      'another holder',
      changed('ledger', (it) => ({ ...it, participant: A })),
      /foreign.*between others|foreign.*itself/,
    ],
    ['another network', changed('ledger', (it) => ({ ...it, network: 'geo' })), /foreign.*trust line.*“geo-test”/],
    ['another balance', changed('account', (it) => ({ ...it, balance: 1n })), /wrong-books.*said to be 0\.00000001/],
    [
      'another limit',
      changed('account', (it) => ({ ...it, limitGiven: 9n })),
      /wrong-books.*limit given is said to be/,
    ],
    ['other reservations', changed('account', (it) => ({ ...it, reservedIn: 9n })), /wrong-books.*holds back/],
    ['an account less', changed('account', () => null), /wrong-books.*no such account/],
    [
      'another head of a journal',
      changed('account', (it) => ({ ...it, journalHead: '0'.repeat(64) })),
      /wrong-journal/,
    ],
    [
      'another amount in a journal',
      changed('entry', (it) => ({ ...it, delta: 1n })),
      /wrong-journal.*hash does not follow/,
    ],
    ['an entry less', changed('entry', () => null), /wrong-journal.*entries are missing/],
    [
      'a transaction less',
      changed('transaction', (it) => (it.positions[0]?.state === 'committed' ? null : undefined)),
      /wrong-journal: account.*not proved/,
    ],
    [
      'another time of a transaction',
      changed('transaction', (it) => ({ ...it, header: { ...it.header, createdAtMs: 1 } })),
      /bad-form: transaction.*not the hash of its header/,
    ],
    [
      'a signature of another',
      changed('transaction', (it) => {
        const [first] = it.positions;
        if (first?.state !== 'committed') return undefined;
        return { ...it, positions: [{ ...first, commit: first.signatures[0] as Uint8Array }] };
      }),
      /bad-signature: transaction.*not signed by the receiver/,
    ],
    [
      'a signature less',
      changed('transaction', (it) => {
        const [first] = it.positions;
        if (first?.state !== 'committed') return undefined;
        return { ...it, positions: [{ ...first, signatures: first.signatures.slice(1) }] };
      }),
      /bad-signature: transaction.*lacks signatures/,
    ],
    [
      'a waiver that nobody signed',
      changed('transaction', (it) => {
        const [first] = it.positions;
        if (first?.state !== 'committed' || first.waivedByDownstream !== null || first.position === 0) return undefined;
        const waivedByMe = { position: first.position, signer: B, signature: first.commit, cause: 'x', restsOn: [] };
        return { ...it, positions: [{ ...first, waivedByMe }] };
      }),
      /bad-signature: transaction.*waiver of position/,
    ],
    [
      'a line that its owner did not sign',
      changed('line', (it) => ({ ...it, signed: { ...it.signed, line: { ...it.signed.line, limit: 7n } } })),
      /bad-signature: trust line.*owner has not signed/,
    ],
    [
      'a second line that is the first',
      changed('line', (it) => ({ ...it, conflicting: it.signed })),
      /no-proof: trust line.*does not contradict/,
    ],
    [
      'a checkpoint without the other signature',
      changed('checkpoint', (it) =>
        it.agreed === null ? undefined : { ...it, agreed: { ...it.agreed, largerSignature: null } },
      ),
      /bad-signature: checkpoint.*not signed by both/,
    ],
    ['a checkpoint less', changed('past-checkpoint', () => null), /wrong-checkpoint: account.*are missing/],
    ['no last checkpoint', changed('checkpoint', () => null), /wrong-checkpoint: account.*closed up to another time/],
    [
      'evidence under another id',
      changed('evidence', (it) => ({ ...it, id: '0'.repeat(64) })),
      /bad-form: evidence.*not the hash/,
    ],
    [
      'evidence of nothing',
      changed('evidence', (it) => ({ ...it, file: it.file.slice(1) })),
      /damaged: evidence.*cannot be read/,
    ],
    [
      'a payment that was made, left out',
      changed('payment', (it) => (it.state === 'COMMITTED' ? null : undefined)),
      /wrong-payment: transaction.*none of its payments/,
    ],
    [
      'another amount of a payment',
      changed('payment', (it) => (it.state === 'COMMITTED' ? { ...it, amount: 1n } : undefined)),
      /wrong-payment: transaction.*something else/,
    ],
    [
      'a payment that was not made',
      changed('payment', (it) =>
        it.state === 'COMMITTED' ? undefined : { ...it, state: 'COMMITTED' as const, txId: draft('BA').txId },
      ),
      /wrong-payment: payment.*no certificate/,
    ],
    [
      'a decline that the receiver did not sign',
      changed('payment', (it) => (it.decline === null ? undefined : { ...it, decline: { ...it.decline, signer: A } })),
      /bad-signature: payment.*not signed the decline/,
    ],
    ['records out of order', (records) => records.toSpliced(1, 2, ...records.slice(1, 3).reverse()), /damaged.*order/],
    ['no head', (records) => records.slice(1), /damaged.*does not begin/],
  ])('%s is a problem', async (_what, change, problem) => {
    const records = recordsOf(await ledgerOf(eventful(), 'B'));
    const verification = await checkFiles(sealed(change(records)));
    expect(verification.isValid).toBe(false);
    expect(
      short(verification)
        .filter((finding) => finding.startsWith('problem'))
        .join('\n'),
    ).toMatch(problem);
  });
});

describe('limits', () => {
  it('a debt above one that was lowered since is explained', async () => {
    const net = chain('AB');
    net.pay('A', 'B', 40n);
    net.run();
    net.wait(120_000);
    net.trust('BA', 40n, { status: 'closed' });
    for (const name of 'AB') {
      const verification = await checkFiles(await ledgerOf(net, name));
      expect(verification.isValid).toBe(true);
      expect(short(verification)).toEqual([expect.stringMatching(/^note above-limit.*0\.0000004.*limit of 0.*closed/)]);
    }
  });

  it('a debt that grew above one is a problem', async () => {
    const net = chain('AB');
    net.wait(120_000);
    net.pay('A', 'B', 40n);
    net.run();
    const lower = changed('line', (it) => ({ ...it, signed: signedAgain(it.signed, { limit: 39n }) }));
    const limit = changed('account', (it) => ({ ...it, limitGiven: 39n }));
    const records = recordsOf(await ledgerOf(net, 'B'));
    expect(short(await checkFiles(sealed(limit(lower(records)))))).toEqual([
      expect.stringMatching(
        /^problem over-limit: account with .* in UAH: The neighbour owes 0\.0000004, above the limit/,
      ),
    ]);
  });
});

describe('several ledgers', () => {
  it('of a whole network mirror each other and sum to 0', async () => {
    const net = chain('ABCD');
    net.pay('A', 'D', 7n);
    net.run();
    checkpoints(net);
    net.pay('B', 'D', 5n);
    net.run();
    const verification = await checkFiles(...(await Promise.all([...'ABCD'].map((name) => ledgerOf(net, name)))));
    expect(short(verification)).toEqual([]);
    expect(verification.sums).toEqual([{ equivalent: 'UAH', among: 0n, withOthers: 0n }]);
    const some = await checkFiles(await ledgerOf(net, 'A'), await ledgerOf(net, 'B'));
    expect(some.sums).toEqual([{ equivalent: 'UAH', among: 0n, withOthers: -12n }]);
  });

  it('of which one was written later: what came between is noted', async () => {
    const net = chain('ABC');
    const before = await ledgerOf(net, 'A');
    net.wait(300_000);
    net.pay('A', 'C', 7n);
    net.run();
    const verification = await checkFiles(before, await ledgerOf(net, 'B'));
    expect(verification.isValid).toBe(true);
    expect(short(verification)).toEqual([expect.stringMatching(/^note taken-apart.*was written before it was made/)]);
  });

  it('of which one does not know yet that a payment went through', async () => {
    const net = chain('ABC');
    net.pay('A', 'C', 7n);
    net.until('B ---commit--> A');
    const verification = await checkFiles(await ledgerOf(net, 'A'), await ledgerOf(net, 'B'));
    expect(verification.isValid).toBe(true);
    expect(short(verification)).toEqual([expect.stringMatching(/^note under-way.*the proof is on its way/)]);
    expect(verification.sums).toEqual([{ equivalent: 'UAH', among: 7n, withOthers: -7n }]);
  });

  it('of which one lacks a payment that counts at the other', async () => {
    const net = chain('ABC');
    net.wait(300_000);
    const [head, ...old] = recordsOf(await ledgerOf(net, 'A'));
    net.pay('A', 'C', 7n);
    net.run();
    net.wait(300_000);
    const lying = sealed([{ ...(head as LedgerOf<'ledger'>), createdAtMs: net.nowMs }, ...old]);
    const verification = await checkFiles(await ledgerOf(net, 'B'), lying);
    expect(verification.isValid).toBe(false);
    expect(verification.findings).toMatchObject([{ kind: 'problem', code: 'not-mirrored', file: 1 }]);
    expect(short(verification)[0]).toMatch(/it counts 0\.00000007 for .* and the ledger of .* lacks it/);
  });

  it('of which one says what the other holds a waiver of', async () => {
    const net = eventful();
    const verification = await checkFiles(await ledgerOf(net, 'B'), await ledgerOf(net, 'C'));
    expect(verification.isValid).toBe(false);
    expect(short(verification)).toContainEqual(
      expect.stringMatching(/^problem not-mirrored.*it counts 0\.00000001 for .* holds the signed waiver of it/),
    );
  });

  it('show that somebody signed different lines for the two ends', async () => {
    const net = network('BC');
    net.link('BC');
    net.run();
    net.forge('C', 'B', lineMessage('C', 'B', 60n, { seq: net.nowMs }));
    net.run();
    net.command('C', {
      type: 'set-trust-line',
      neighbour: B,
      equivalent: 'UAH',
      limit: 90n,
      status: 'active',
      policy: { canBeIntermediate: true, autoClearing: true, dailyLimit: null, announce: false, blocked: [] },
    });
    const verification = await checkFiles(await ledgerOf(net, 'B'), await ledgerOf(net, 'C'));
    expect(verification.isValid).toBe(false);
    expect(verification.findings).toMatchObject([{ kind: 'proof', code: 'two-trust-lines', against: key('C') }]);
  });

  it('of one participant, or of two networks, are not compared', async () => {
    const text = await ledgerOf(chain('AB'), 'A');
    expect(short(await checkFiles(text, text))).toEqual([expect.stringMatching(/^problem foreign.*same participant/)]);
  });
});

/** A receiver that was paid twice, as the ledgers of its payer's first hop show. */
describe('contradictions', () => {
  it('a payment id that was committed twice proves it of the receiver', async () => {
    const net = chain('AB');
    const paymentId = net.pay('A', 'B', 7n);
    net.run();
    const again = split([['AB', 5n]], { paymentId, createdAtMs: net.nowMs })[0] as ReturnType<typeof draft>;
    const { txId, header, route, certificate } = again;
    const { signatures, commit } = certificate;
    const records = recordsOf(await ledgerOf(net, 'B'));
    const twice: LedgerRecord = {
      type: 'transaction',
      txId,
      header: { ...header, routeDigests: [...header.routeDigests] },
      positions: [
        {
          state: 'committed',
          position: 1,
          route: { ...route, nodes: [...route.nodes] },
          signatures: [...signatures],
          commit,
          waivedByDownstream: null,
          waivedByMe: null,
        },
      ],
    };
    const all = [...records.slice(0, -1), ...[records.at(-1) as LedgerOf<'transaction'>, twice].sort(byTxId)];
    const verification = await checkFiles(sealed(all));
    expect(verification.findings).toContainEqual(
      expect.objectContaining({ kind: 'proof', code: 'two-commits', against: B }),
    );
    expect(verification.isValid).toBe(false);
  });

  it('a decline of what was committed, in whatever order the files come', async () => {
    const net = chain('AB');
    net.pay('A', 'B', 7n);
    const sent = net.draftOf('A ---prepare--> B');
    net.forge('B', 'A', sent.decline);
    net.run();
    const files = [await ledgerOf(net, 'A'), await ledgerOf(net, 'B')];
    for (const order of [files, files.toReversed()]) {
      const verification = await checkFiles(...order);
      expect(verification.findings).toContainEqual(
        expect.objectContaining({ kind: 'proof', code: 'commit-and-decline', against: B }),
      );
      expect(verification.isValid).toBe(false);
    }
  });
});

function byTxId(a: { txId: string }, b: { txId: string }): number {
  return a.txId < b.txId ? -1 : 1;
}

describe('other files', () => {
  it('a receipt proves a payment', async () => {
    const { certificate } = draft('ABC');
    const receipt = receiptOf(certificate);
    expect(await checkFiles(receipt)).toMatchObject({
      isValid: true,
      files: [{ type: 'receipt', receipt: { payer: A } }],
    });
    const broken = receipt.with(receipt.length - 60, 1);
    expect(await checkFiles(broken)).toMatchObject({ isValid: false, findings: [{ code: 'no-proof' }] });
  });

  it('evidence that a ledger holds is a file of its own', async () => {
    const ledger = Buffer.from(await ledgerOf(eventful(), 'B'));
    const [kept, ...others] = await evidenceIn(
      (async function* () {
        yield ledger;
      })(),
    );
    expect(others).toEqual([]);
    expect(kept?.evidence).toMatchObject({ about: key('C'), kind: 'two-trust-lines' });
    expect(await checkFiles(kept?.file ?? '')).toMatchObject({
      isValid: true,
      files: [{ type: 'evidence', about: key('C') }],
    });
  });

  it('evidence proves that somebody broke its word', async () => {
    const [one, other] = [10n, 20n].map((limit) => lineMessage('A', 'B', limit));
    if (one?.type !== 'trust-line' || other?.type !== 'trust-line') throw new Error('no lines');
    const documents = [one, other].map(({ signed }) => ({ type: 'trust-line', signed }) as const);
    const evidence = { about: A, kind: 'two-trust-lines', seenAtMs: 1, documents } as const;
    expect(await checkFiles(encodeEvidence(evidence))).toMatchObject({
      isValid: true,
      files: [{ type: 'evidence', about: A, kind: 'two-trust-lines' }],
    });
    for (const nothing of [
      { ...evidence, about: B },
      { ...evidence, documents: [documents[0], documents[0]] as typeof documents },
      { ...evidence, kind: 'fault', documents: [{ type: 'frame', bytes: Uint8Array.of(1) }] } as const,
    ]) {
      expect(await checkFiles(encodeEvidence(nothing))).toMatchObject({
        isValid: false,
        findings: [{ code: 'no-proof' }],
      });
    }
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['other JSON', '{"a":1}\n'],
    ['an endless line', `{"type":"ledger"${' '.repeat(600_000)}`],
    ['a large binary file', new Uint8Array(300_000)],
    ['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0x0a)],
    ['a version of later', '{"type":"ledger","version":2}\n'],
    ['a key that comes twice', '{"type":"end","type":"end","records":1}\n'],
  ])('%s proves nothing, and it is said so', async (_what, content) => {
    const verification = await checkFiles(content);
    expect(verification.isValid).toBe(false);
    expect(verification.findings).toMatchObject([{ kind: 'problem', code: expect.stringMatching(/damaged|no-proof/) }]);
  });
});
