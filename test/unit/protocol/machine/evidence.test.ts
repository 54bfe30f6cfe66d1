/** Evidence and faults (§8.5): what is kept, what it proves to others, and what it does to the account. */
import { describe, expect, it } from 'vitest';
import { decodeEvidence, type Evidence, encodeEvidence, evidenceFlaw } from '#protocol/evidence.ts';
import { MAX_EVIDENCE_PER_PARTICIPANT } from '#protocol/limits.ts';
import { isRefusal, refuse } from '#protocol/refusals.ts';
import { causeIn, type Machine, machineWith } from '#test/support/machine.ts';
import { draft, key, verify } from '#test/support/packets.ts';

const kept = (machine: Machine): readonly Evidence[] => [...machine.records.allEvidence()];

function only(machine: Machine): Evidence {
  const [evidence, ...others] = kept(machine);
  if (evidence === undefined || others.length > 0) throw new Error(`${kept(machine).length} pieces`);
  return evidence;
}

/** As somebody else reads it from a file. */
function read(evidence: Evidence): Evidence {
  const decoded = decodeEvidence(encodeEvidence(evidence));
  if (isRefusal(decoded)) throw new Error(decoded.why);
  return decoded;
}

describe('two lines of one seq', () => {
  const machine = machineWith('B', { trustedBy: 'A' });
  machine.trustedBy('A', 50n, { seq: machine.nowMs + 5 });
  machine.trustedBy('A', 60n, { seq: machine.nowMs + 5 });

  it('prove equivocation to anybody', () => {
    expect(only(machine)).toMatchObject({ about: key('A'), kind: 'two-trust-lines' });
    expect(evidenceFlaw(read(only(machine)), verify)).toBeNull();
  });

  it('prove nothing of anybody else, by one line twice, or unsigned', () => {
    const evidence = only(machine);
    const [first] = evidence.documents;
    if (first?.type !== 'trust-line') throw new Error('no line');
    expect(evidenceFlaw({ ...evidence, about: key('C') }, verify)).toContain('not signed');
    expect(evidenceFlaw({ ...evidence, documents: [first, first] }, verify)).toContain('do not contradict');
    expect(evidenceFlaw({ ...evidence, documents: [first] }, verify)).toContain('two documents');
    const forged = { ...first, signed: { ...first.signed, line: { ...first.signed.line, limit: 7n } } };
    expect(evidenceFlaw({ ...evidence, documents: [first, forged] }, verify)).toContain('not signed');
    expect(evidenceFlaw({ ...evidence, kind: 'two-commits' }, verify)).toContain('do not contradict');
  });
});

describe('a receiver that waives what it committed', () => {
  const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
  const payment = draft('ABC');
  machine.receive('A', payment.prepare(1));
  machine.receive('C', payment.commit);
  machine.receive('C', payment.abort(2));

  it('has signed both', () => {
    expect(only(machine)).toMatchObject({ about: key('C'), kind: 'commit-and-abort' });
    expect(evidenceFlaw(read(only(machine)), verify)).toBeNull();
  });

  it('an ABORT of another position contradicts nothing', () => {
    const evidence = only(machine);
    const [certificate, abort] = evidence.documents;
    if (certificate === undefined || abort?.type !== 'abort') throw new Error('not these');
    const elsewhere = { ...abort, position: 1 };
    expect(evidenceFlaw({ ...evidence, documents: [certificate, elsewhere] }, verify)).not.toBeNull();
  });
});

describe('a frame that broke the protocol', () => {
  const fault = (machine: Machine, from: string, byte: number) =>
    machine.feed({
      type: 'fault',
      from: key(from),
      code: 'bad-signature',
      what: 'forged',
      frame: Uint8Array.of(byte),
    });

  it('is kept, suspends the account, and a new line of the owner ends that', () => {
    const machine = machineWith('B', { trusts: 'A', trustedBy: 'C' });
    fault(machine, 'A', 1);
    expect(only(machine)).toMatchObject({ about: key('A'), kind: 'fault' });
    expect(evidenceFlaw(only(machine), verify)).toContain('proves nothing');
    expect(causeIn(machine.receive('A', draft('ABC').prepare(1)))).toEqual(refuse('line-frozen', { hop: 0 }));
    machine.trust('A', 100n);
    expect(machine.receive('A', draft('ABC').prepare(1)).sent).toEqual(['prepare → C']);
  });

  it('of a stranger leaves nothing behind', () => {
    const machine = machineWith('B', { trusts: 'A' });
    expect(fault(machine, 'Z', 1).saved).toEqual([]);
  });

  it('is kept once, and only up to a bound', () => {
    const machine = machineWith('B', { trusts: 'A' });
    for (let byte = 0; byte < 40; byte++) fault(machine, 'A', byte % 30);
    expect(kept(machine)).toHaveLength(MAX_EVIDENCE_PER_PARTICIPANT);
  });
});
