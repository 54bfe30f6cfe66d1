/** `geo clear` on real nodes in this process: what people type, and what they read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { captureOutput, runHere } from '#test/support/captured-cli.ts';
import { startParticipant, type TestNode } from '#test/support/nodes.ts';

const NAMES = ['Anna', 'Boris', 'Carol'] as const;
const WAIT_MS = 30_000;

let folder: string;
let nodes: readonly TestNode[];
const at = (index: number): TestNode => nodes[index % NAMES.length] as TestNode;
const keyOf = ({ node }: TestNode): string => node.publicKey;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'geo-clear-'));
  nodes = await Promise.all(NAMES.map((name) => startParticipant(name, join(folder, name))));
  for (const [index, { client }] of nodes.entries()) {
    const next = at(index + 1);
    const { linked } = await client.connectPeer({ who: (await next.client.getId()).card, waitMs: WAIT_MS });
    expect(linked).toBe(true);
    await next.client.putContact({ who: (await client.getId()).card });
  }
}, 60_000);

afterAll(async () => {
  await Promise.all(nodes.map(({ node }) => node.stop('the test is over')));
  rmSync(folder, { recursive: true, force: true });
});

captureOutput();

const geo = (node: TestNode, ...argv: readonly string[]) => runHere(node.config.dataDir, argv);

/** Each owes the next 5, 6 and 7; the owners of the lines want to be asked. */
async function circleThatAsks(equivalent: string): Promise<void> {
  for (const index of NAMES.keys()) {
    const [debtor, creditor] = [at(index), at(index + 1)];
    const line = { equivalent, limit: '100', policy: { autoClearing: false }, waitMs: WAIT_MS };
    await creditor.client.setTrustLine({ who: keyOf(debtor), ...line });
    const order = { to: keyOf(creditor), equivalent, amount: String(5 + index), id: `${equivalent} ${index}` };
    expect(await debtor.client.pay({ ...order, waitMs: WAIT_MS })).toMatchObject({ state: 'COMMITTED' });
  }
}

async function whoIsAsked(): Promise<TestNode> {
  let asked: TestNode | undefined;
  await expect
    .poll(
      async () => {
        for (const node of nodes) {
          const { proposals } = await node.client.getClearing();
          if (proposals.some(({ state }) => state === 'PROPOSED')) asked = node;
        }
        return asked !== undefined;
      },
      { timeout: WAIT_MS },
    )
    .toBe(true);
  return asked as TestNode;
}

it('says that there is nothing to clear', async () => {
  expect((await geo(at(0), 'clear', 'status')).stdout).toMatch(/^Circles of debt are looked for after payments/);
  expect((await geo(at(0), 'clear', 'run', '--wait', '0')).stdout).toMatch(/^There is nothing to clear: for a circle/);
  expect((await geo(at(0), 'clear', 'list')).stdout).toMatch(/^No clearing was proposed/);
});

it('refuses what is not waiting', async () => {
  const id = '0b'.repeat(16);
  expect(await geo(at(0), 'clear', 'accept', id, '--yes')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/No clearing 0b0b.* waits for your word/),
  });
  expect(await geo(at(0), 'clear', 'reject', 'abc')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/“abc” is not the id of a clearing: it should be 32 hex digits/),
  });
});

it('asks, and clears when all have agreed', async () => {
  await circleThatAsks('UAH');
  for (let agreed = 0; agreed < NAMES.length; agreed++) {
    const asked = await whoIsAsked();
    expect((await geo(asked, 'clear', 'status')).stdout).toMatch(/One waits for your word: geo clear list/);
    const listed = (await geo(asked, 'clear', 'list')).stdout;
    expect(listed).toMatch(/would owe you 5\.00 UAH less, and you would owe .* as much less/);
    const id = /[0-9a-f]{32}/.exec(listed)?.[0] ?? '';
    const unasked = await geo(asked, 'clear', 'accept', id);
    expect(unasked).toMatchObject({ code: 3, stderr: expect.stringMatching(/add --yes/) });
    expect(await geo(asked, 'clear', 'accept', id, '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/You agreed|Cleared/),
    });
  }
  await expect
    .poll(
      async () => (await at(0).client.getBalance({ equivalent: 'UAH' })).accounts.map(({ balance }) => balance).sort(),
      {
        timeout: WAIT_MS,
      },
    )
    .toEqual(['0', '2']);
  expect((await geo(at(1), 'clear', 'list')).stdout).toMatch(/Cleared\./);
  expect((await geo(at(1), 'history')).stdout).toMatch(/cleared/);
});

it('takes a no for a no', async () => {
  await circleThatAsks('EUR');
  const asked = await whoIsAsked();
  const id = /[0-9a-f]{32}/.exec((await geo(asked, 'clear', 'list')).stdout)?.[0] ?? '';
  expect((await geo(asked, 'clear', 'reject', id, '--yes')).stdout).toMatch(/You said no\. Nothing was cleared/);
  expect((await geo(asked, 'clear', 'list')).stdout).toMatch(/Not cleared: somebody said no/);
});

it('runs, and says what was cleared', async () => {
  for (const index of NAMES.keys()) {
    const [debtor, creditor] = [at(index), at(index + 1)];
    await creditor.client.setTrustLine({ who: keyOf(debtor), equivalent: 'hour', limit: '100', waitMs: WAIT_MS });
  }
  const running = geo(at(0), 'clear', 'run', 'hour', '--wait', '5', '--json');
  for (const index of NAMES.keys()) {
    const order = { to: keyOf(at(index + 1)), equivalent: 'hour', amount: '3', id: `hour ${index}` };
    await at(index).client.pay({ ...order, waitMs: WAIT_MS });
  }
  const { cleared } = JSON.parse((await running).stdout) as { cleared: { amount: string; participants: object[] }[] };
  expect(cleared).toMatchObject([{ amount: '3', participants: [{}, {}, {}] }]);
});
