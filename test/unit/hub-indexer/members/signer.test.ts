/** What a hub signs for a member: mandates come and are used up, and none begins again. */
import { describe, expect, it } from 'vitest';
import { HostedSigner } from '#hub-indexer/members/signer.ts';
import type { MandateRecord } from '#protocol/delegation/mandate.ts';
import { txIdOf } from '#protocol/packet.ts';
import type { TransactionStatement } from '#protocol/statement.ts';
import { mandateOf } from '#test/support/hosted.ts';
import { committed, person, THEN_MS } from '#test/support/people.ts';

const [alice, member, carol, hub] = [person(1), person(2), person(3), person(4)] as const;
const accounts = [alice, carol].map(({ key: neighbour }) => ({ neighbour, equivalent: 'UAH', cap: 10_000_000_000n }));

function signerOf(mandates: readonly MandateRecord[]): HostedSigner {
  return new HostedSigner(mandates, { signAsHub: hub.sign, made: () => undefined, isBlocked: () => false });
}

/** A payment from Alice over the member to Carol. */
function preparing(number: number): TransactionStatement {
  const { header, route } = committed([alice, member, carol], { createdAtMs: THEN_MS + number });
  const { network } = header;
  const about = { header, routes: [route] };
  return {
    ...{ domain: 'geo/1/prepare', network, txId: txIdOf(header), routeIndex: 0, position: 1 },
    ...{ signer: member.key, about },
  };
}

const onDisk = (): Promise<void> => Promise.resolve();

describe('a mandate', () => {
  it('that is being written is known already: the same one does not put back what is used up of it', async () => {
    const signer = signerOf([]);
    const mandate = mandateOf(member, hub, accounts);
    const writing = Promise.withResolvers<void>();
    const taken = signer.add(mandate, () => writing.promise);
    expect(signer.newestSeq).toBe(THEN_MS);
    await expect(signer.add(mandate, onDisk)).rejects.toThrow('newer');
    expect(signer.sign(preparing(1))).toBeNull();
    writing.resolve();
    await taken;
    expect(signer.sign(preparing(1))).not.toBeNull();
    await expect(signer.add(mandate, onDisk)).rejects.toThrow('newer');
    expect(signer.takeUnsaved()).toMatchObject([{ counter: 1, used: 1_250_000_000n }]);
  });

  it('of which a use is still to be saved is not forgotten before it is', () => {
    const mandate = mandateOf(member, hub, accounts);
    const signer = signerOf([mandate]);
    expect(signer.sign(preparing(1))).not.toBeNull();
    expect(signer.forget([mandate])).toEqual([]);
    expect(signer.takeUnsaved()).toHaveLength(1);
    expect(signer.forget([mandate])).toEqual([mandate]);
    expect(signer.sign(preparing(2))).toBeNull();
  });

  it('that could not be written may come again', async () => {
    const signer = signerOf([]);
    const mandate = mandateOf(member, hub, accounts);
    await expect(signer.add(mandate, () => Promise.reject(new Error('the disk is full')))).rejects.toThrow('full');
    expect([signer.newestSeq, ...signer.mandates()]).toEqual([0]);
    await signer.add(mandate, onDisk);
    expect([...signer.mandates()]).toEqual([mandate]);
  });
});
