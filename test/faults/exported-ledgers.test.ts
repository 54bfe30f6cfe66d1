/**
 * What participants of simulated networks export after everything that can go wrong: each ledger of an honest one is
 * valid, and together they mirror each other.
 */
import { describe, expect, it, vi } from 'vitest';
import type { Verification } from '#node/export/verify-files.ts';
import type { PublicKey } from '#protocol/identity.ts';
import { recordKey } from '#protocol/record-key.ts';
import { type DurableRecord, Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { type FaultLevel, makeScenario } from '#simulations/scenario.ts';
import { fastSignatures, type Signatures } from '#simulations/signatures.ts';
import { Simulation } from '#simulations/simulation.ts';
import { checkFilesWith, exported, short } from '#test/support/ledgers.ts';

const FAST_BYTES = 8;

/** As long as real ones, so that they have the form of a file. */
const signatures: Signatures = {
  signAs(index) {
    const sign = fastSignatures.signAs(index);
    return (statement) => {
      const signature = new Uint8Array(64);
      signature.set(sign(statement));
      return signature;
    };
  },
  verify: (statement, signature) => fastSignatures.verify(statement, signature.slice(0, FAST_BYTES)),
};
const verify: Verify = signatures.verify;

/** All that a view was told, which is all that is on the disk behind it. */
const told = new WeakMap<Records, Map<string, DurableRecord>>();
const apply = Reflect.get(Records.prototype, 'apply');
vi.spyOn(Records.prototype, 'apply').mockImplementation(function (this: Records, record) {
  const known = told.get(this) ?? new Map<string, DurableRecord>();
  told.set(this, known.set(recordKey(record), record));
  apply.call(this, record);
});

interface Ledger {
  readonly participant: PublicKey;
  readonly isMalicious: boolean;
  readonly text: string;
}

async function ledgersOf(seed: number, level: FaultLevel): Promise<Ledger[]> {
  const scenario = makeScenario(seed, level);
  const { participants, violations } = new Simulation(scenario, { signatures, throughBytes: false }).run();
  expect(violations).toEqual([]);
  return Promise.all(
    participants.map(async ({ key, network, records, index }) => ({
      participant: key,
      isMalicious: scenario.faults.malicious.includes(index),
      text: await exported(told.get(records)?.values() ?? [], {
        participant: key,
        network,
        nowMs: scenario.endAtMs,
        restoredAtMs: records.node.restoredAtMs,
      }),
    })),
  );
}

const problems = (verification: Verification): string[] =>
  short(verification).filter((finding) => !finding.startsWith('note'));

describe('ledgers exported after a simulated run', () => {
  it('of honest participants among honest ones are valid and mirror each other', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const ledgers = await ledgersOf(seed, 'honest');
      const verification = await check(ledgers.map(({ text }) => text));
      expect({ seed, problems: problems(verification) }).toEqual({ seed, problems: [] });
      for (const { equivalent, among, withOthers } of verification.sums) {
        expect({ seed, equivalent, among, withOthers }).toEqual({ seed, equivalent, among: 0n, withOthers: 0n });
      }
    }
  });

  it('of honest participants, some of them restored, among malicious ones are valid', async () => {
    let proofs = 0;
    for (let seed = 1; seed <= 120; seed++) {
      for (const { text, isMalicious, participant } of await ledgersOf(seed, 'all')) {
        if (isMalicious) continue;
        const verification = await check([text]);
        const against = verification.findings.filter(({ kind }) => kind === 'problem');
        expect({ seed, participant, against }).toEqual({ seed, participant, against: [] });
        proofs += verification.findings.filter(({ kind }) => kind === 'proof').length;
        expect(verification.isValid).toBe(true);
      }
    }
    expect(proofs).toBeGreaterThan(0);
  });
});

function check(texts: readonly string[]): Promise<Verification> {
  return checkFilesWith(verify, ...texts);
}
