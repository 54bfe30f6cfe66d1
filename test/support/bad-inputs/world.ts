/** A running node with a neighbour, a contact and an account, and what tells whether anything of it was changed. */
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pidOf } from '#protocol/identity.ts';
import { cardOf, startParticipant, type TestNode } from '../nodes.ts';
import { person } from '../people.ts';
import { INVOICE } from './places.ts';
import type { World } from './row.ts';

/** What moves a cursor, colours text, or turns its direction. */
export const ACTS_ON_TEXT = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029\ufeff]/u;

export class BadInputWorld implements World {
  readonly alice: TestNode;
  readonly bob: TestNode;
  readonly ownKey: string;
  readonly ownPid: string;
  readonly twinKey = person(9).key;
  ownCard = '';
  card = '';
  invoice = '';
  readonly #folder: string;
  #written = 0;

  private constructor(folder: string, alice: TestNode, bob: TestNode) {
    this.#folder = folder;
    this.alice = alice;
    this.bob = bob;
    this.ownKey = alice.node.publicKey;
    this.ownPid = pidOf(alice.node.publicKey);
  }

  /** Alice knows Bob and Zoë; Bob lets Alice owe 100 UAH, of which she owes him 1. */
  static async start(): Promise<BadInputWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'geo-bad-input-'));
    const [alice, bob] = await Promise.all([
      startParticipant('Alice', join(folder, 'Alice')),
      startParticipant('Bob', join(folder, 'Bob')),
    ]);
    const world = new BadInputWorld(folder, alice, bob);
    await alice.client.putContact({ who: await cardOf(bob), alias: 'Bob' });
    await alice.client.putContact({ who: world.twinKey, alias: 'Zo\u00eb' });
    await bob.client.putContact({ who: await cardOf(alice) });
    await bob.client.setTrustLine({ who: 'Alice', equivalent: 'UAH', limit: '100', waitMs: 20_000 });
    await alice.client.pay({ to: 'Bob', equivalent: 'UAH', amount: '1', id: 'the first' });
    world.ownCard = await cardOf(alice);
    world.card = await cardOf(bob);
    world.invoice = (await bob.client.makeRequest({ equivalent: 'UAH', amount: '5', memo: 'Bread' })).link;
    world.whatWasWritten();
    return world;
  }

  /** The request with this world's payment request in it. */
  filled(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return input.link === INVOICE ? { ...input, link: this.invoice } : input;
  }

  /** All that the API shows of what a node keeps. */
  async digest(): Promise<object> {
    const { client } = this.alice;
    const [balance, trust, history, contacts, tokens, topology, status] = await Promise.all([
      client.getBalance(),
      client.listTrustLines(),
      client.getHistory({ limit: 1_000 }),
      client.listContacts(),
      client.listTokens(),
      client.getTopology(),
      client.getStatus(),
    ]);
    return { balance, trust, history, contacts, tokens, topology, counts: status.counts, held: status.held };
  }

  /**
   * Whether the node has written anything since the last call: a change of state *is* a save, and LevelDB only ever
   * appends. Null when it has not.
   */
  whatWasWritten(): string | null {
    const bytes = storedBytes(join(this.alice.config.dataDir, 'store'));
    const grown = bytes - this.#written;
    this.#written = bytes;
    return grown === 0 ? null : `${grown} bytes were written`;
  }

  /**
   * Whether asking once more makes the node write, each time it is asked: neighbours agree on their books and keep each
   * other's backups whenever they like, so that one write alone says nothing.
   */
  async whatWasWrittenBy(again: () => Promise<unknown>): Promise<string | null> {
    let written = this.whatWasWritten();
    for (let asked = 0; asked < 10 && written !== null; asked++) {
      await this.digest();
      this.whatWasWritten();
      await again();
      written = this.whatWasWritten();
    }
    return written;
  }

  async stop(): Promise<void> {
    await Promise.all([this.alice, this.bob].map(({ node }) => node.stop('the test is over')));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function storedBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
