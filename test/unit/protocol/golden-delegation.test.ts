/** test/vectors/geo/delegation.json: a delegation (§11), what counts under it and what does not, and what members hand in. */
import { describe, expect, it } from 'vitest';
import { type Checkpoint, checkpointStatement, inOrder } from '#protocol/checkpoint.ts';
import { encode } from '#protocol/codec.ts';
import { decodeDelegated, delegatedStatement } from '#protocol/delegation/delegated-signature.ts';
import { delegationShape, delegationStatement } from '#protocol/delegation/delegation.ts';
import {
  handedAttemptShape,
  handedCheckpointShape,
  handedMandateShape,
  readHanded,
} from '#protocol/delegation/handed-in.ts';
import { bytesToHex, hexToBytes } from '#protocol/hex.ts';
import { VERSION } from '#protocol/limits.ts';
import { headerShape, routeShape, type Signature } from '#protocol/packet.ts';
import { isRefusal } from '#protocol/refusals.ts';
import { statementBytes, type TransactionStatement } from '#protocol/statement.ts';
import { accounts, delegatedExamples, mandate } from '#test/support/delegation-examples.ts';
import { committed, person, THEN_MS, verify } from '#test/support/people.ts';
import delegationFile from '#test/vectors/geo/delegation.json' with { type: 'json' };

const [a, m] = [person(1), person(2)];
const { delegation, participantSignature } = mandate;

const { header, route, signatures } = committed([m, a]);
const checkpoint: Checkpoint = {
  ...{ version: VERSION, network: 'geo-test', equivalent: 'UAH', ...inOrder(a.key, m.key) },
  ...{ epoch: 1, previous: null, balance: 1_250_000_000n, untilMs: THEN_MS, count: 1, digest: '0d'.repeat(32) },
  ...{ smallerSeq: THEN_MS - 1, largerSeq: 0 },
};

/** What the 64 bytes at the end of a signature are of. */
function signedBy(statement: TransactionStatement, signature: Signature): Uint8Array {
  const under = decodeDelegated(signature);
  return statementBytes(under === null ? statement : delegatedStatement(statement, under));
}

it('the file is what this code makes', async () => {
  const made = {
    accounts: accounts.map(({ cap, ...rest }) => ({ ...rest, cap: String(cap) })),
    accountsRoot: delegation.accountsRoot,
    delegation: {
      hex: bytesToHex(encode(delegationShape, delegation)),
      signedBytes: bytesToHex(statementBytes(delegationStatement(delegation))),
      signature: bytesToHex(participantSignature),
    },
    signatures: delegatedExamples.map(({ name, statement, signature, isValid }) => {
      const { domain, about } = statement;
      return {
        ...{ name, domain },
        position: 'position' in statement ? statement.position : null,
        header: bytesToHex(encode(headerShape, about.header)),
        route: bytesToHex(encode(routeShape, about.routes[0] as (typeof about.routes)[number])),
        signedBytes: bytesToHex(signedBy(statement, signature)),
        signature: bytesToHex(signature),
        isValid,
      };
    }),
    handedIn: {
      mandate: bytesToHex(encode(handedMandateShape, { delegation, signature: participantSignature, accounts })),
      attempt: bytesToHex(encode(handedAttemptShape, { header, routes: [route], signatures })),
      checkpoint: bytesToHex(
        encode(handedCheckpointShape, { checkpoint, signature: m.sign(checkpointStatement(checkpoint, m.key)) }),
      ),
    },
  };
  await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot('../../vectors/geo/delegation.json');
});

it.each(delegatedExamples)('$name', ({ statement, signature, isValid }) => {
  expect(verify(statement, signature)).toBe(isValid);
});

describe('what is handed in is read', () => {
  const { handedIn } = delegationFile;

  it('a mandate, an attempt, a checkpoint', () => {
    const read = readHanded(handedMandateShape, hexToBytes(handedIn.mandate));
    expect(read).toEqual({ delegation, signature: participantSignature, accounts });
    expect(readHanded(handedAttemptShape, hexToBytes(handedIn.attempt))).toEqual({
      header,
      routes: [route],
      signatures,
    });
    const signed = readHanded(handedCheckpointShape, hexToBytes(handedIn.checkpoint));
    if (isRefusal(signed)) throw new Error('refused');
    expect(signed.checkpoint).toEqual(checkpoint);
    expect(verify(checkpointStatement(checkpoint, m.key), signed.signature)).toBe(true);
  });
});
