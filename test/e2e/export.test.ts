/** Exports of real nodes, checked by `geo verify`, hledger and beancount. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiFiles } from '#node/api/address.ts';
import { beanCheck, hledgerBalances } from '#test/support/bookkeeping.ts';
import { type GeoFolder, GeoFolders, startPair } from '#test/support/geo.ts';

let folders: GeoFolders;
let alice: GeoFolder;
let bob: GeoFolder;
/** Somebody without a node. */
let anyone: GeoFolder;

beforeAll(async () => {
  folders = await GeoFolders.create();
  ({ alice, bob } = await startPair(folders));
  anyone = folders.add('anyone');
  await alice.json(['pay', 'Bob', '12.5', 'UAH', '--memo', '=1+1; "tea", to go', '--yes']);
  await alice.json(['pay', 'Bob', '2.5', 'UAH', '--yes']);
  await bob.json(['pay', 'Alice', '4', 'UAH', '--memo', 'change', '--yes']);
});
afterAll(() => folders.close());

const file = (name: string) => join(folders.path, name);

interface Verified {
  readonly valid: boolean;
  readonly files: readonly {
    readonly type: string;
    readonly counts: Record<string, number>;
    readonly balances: unknown[];
  }[];
  readonly findings: readonly { readonly kind: string; readonly code: string }[];
  readonly sums: unknown;
}

describe('a ledger', () => {
  it('is written by the running node and checked by anyone, alone and with that of the neighbour', async () => {
    for (const [who, name] of [
      [alice, 'alice.jsonl'],
      [bob, 'bob.jsonl'],
    ] as const) {
      expect(await who.run(['export', 'json', '--out', file(name)])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`geo verify ${file(name)}`) as string,
      });
      expect((await stat(file(name))).mode & 0o777).toBe(0o600);
    }
    const one = await anyone.json<Verified>(['verify', file('alice.jsonl')]);
    expect(one).toMatchObject({
      valid: true,
      findings: [],
      files: [{ type: 'ledger', counts: { accounts: 1, lines: 2, transactions: 3, payments: 2, entries: 3 } }],
    });
    expect(one.files[0]?.balances).toMatchObject([{ equivalent: 'UAH', balance: '-11' }]);
    const both = await anyone.json<Verified>(['verify', file('alice.jsonl'), file('bob.jsonl')]);
    expect(both).toMatchObject({ valid: true, sums: [{ equivalent: 'UAH', among: '0', withOthers: '0' }] });
    expect((await anyone.run(['verify', file('bob.jsonl')])).stdout).toMatch(/Signatures +\d+ checked[\s\S]*Valid\./);
  });

  it('that was changed, cut off or is none is not valid, and it is said why', async () => {
    const text = await readFile(file('bob.jsonl'), 'utf8');
    await writeFile(file('changed.jsonl'), text.replace('"balance":"11"', '"balance":"12"'));
    await writeFile(file('cut.jsonl'), text.slice(0, text.length / 2));
    for (const [name, why] of [
      ['changed.jsonl', 'checksum'],
      ['cut.jsonl', 'cut off|JSON'],
    ] as const) {
      const verified = await anyone.json<Verified>(['verify', file(name)], 1);
      expect(verified).toMatchObject({ valid: false, findings: [{ kind: 'problem', code: 'damaged' }] });
      expect(verified.error).toMatchObject({ code: 'verification-failed', facts: { problems: 1 } });
      expect((await anyone.run(['verify', file(name)])).stdout).toMatch(new RegExp(why));
    }
    await writeFile(file('text'), 'hello\n');
    expect(await anyone.run(['verify', file('text')])).toMatchObject({ code: 1 });
    expect(await anyone.run(['verify', file('missing')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no such file') as string,
    });
  });

  it('is given by the API only to who may read', async () => {
    const { url, cookie } = await readApiFiles(alice.path);
    expect((await fetch(`${url}/v1/ledger`)).status).toBe(401);
    const { secret } = await alice.json<{ secret: string }>(['token', 'create', 'reader', '--scope', 'read']);
    for (const bearer of [cookie, secret]) {
      const answer = await fetch(`${url}/v1/ledger`, { headers: { authorization: `Bearer ${bearer}` } });
      expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
      expect((await answer.text()).trimEnd().split('\n').at(-1)).toMatch(/^\{"type":"end",/);
    }
  });

  it('is never written over another file', async () => {
    await writeFile(file('mine'), 'mine');
    const ran = await alice.run(['export', 'json', '--out', file('mine')]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') as string });
    expect(await readFile(file('mine'), 'utf8')).toBe('mine');
  });
});

describe('books', () => {
  it('are what the programs they are for make of them', async () => {
    await bob.json(['export', 'hledger', '--out', file('bob.journal')]);
    expect(hledgerBalances(file('bob.journal'))).toEqual({ Alice: '11.00000000 UAH' });
    await bob.json(['export', 'beancount', '--out', file('bob.beancount')]);
    beanCheck(file('bob.beancount'));
    expect(await readFile(file('bob.beancount'), 'utf8')).toContain('"=1+1; \\"tea\\", to go"');
    expect(await bob.json(['export', 'csv', '--out', file('bob.csv')])).toMatchObject({ accounts: 1, entries: 3 });
    const rows = (await readFile(file('bob.csv'), 'utf8')).split('\r\n');
    expect(rows[1]).toMatch(/^\d{4}-[^,]*Z,received,Alice,[^,]+,UAH,12\.5,12\.5,Alice,.*,"'=1\+1; ""tea"", to go",/);
    expect(rows[3]).toMatch(/^\d{4}-[^,]*Z,paid,Alice,[^,]+,UAH,-4,11,/);
  });
});

describe('a statement', () => {
  const month = new Date().toISOString().slice(0, 7);

  it('shows a month, as text, as a table and as a page to print', async () => {
    const shown = await bob.json<{ accounts: unknown }>(['statement', '--month', month]);
    expect(shown.accounts).toMatchObject([
      {
        equivalent: 'UAH',
        opening: '0',
        closing: '11',
        lines: [{ amount: '12.5' }, { amount: '2.5' }, { amount: '-4' }],
      },
    ]);
    const { stdout } = await bob.run(['statement', '--month', month]);
    expect(stdout).toMatch(/Alice paid you +12\.50 +12\.50 +=1\+1; "tea", to go/);
    expect(await bob.run(['statement', '--month', '1999-01'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was owed') as string,
    });
    await bob.json(['statement', '--month', month, '--out', file('statement.csv')]);
    expect(await readFile(file('statement.csv'), 'utf8')).toContain(
      'Alice paid you,"\'=1+1; ""tea"", to go",12.50,12.50',
    );
    await bob.json(['statement', '--month', month, '--out', file('statement.html')]);
    const page = await readFile(file('statement.html'), 'utf8');
    expect(page).toContain('<td>=1+1; &quot;tea&quot;, to go</td>');
    expect(page).not.toMatch(/<script|https?:/);
  });

  it.each([
    ['a month that is none', ['--month', '2026-13'], 'is not a month'],
    ['a file of another kind', ['--out', 'statement.pdf'], 'ends in .html or .csv'],
  ])('of %s is refused', async (_what, options, why) => {
    const ran = await bob.run(['statement', ...options]);
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining(why) as string });
  });
});

describe('a receipt', () => {
  it('is one link too, for a QR code, which anyone can check', async () => {
    const { entries } = await alice.json<{ entries: { txId: string }[] }>(['history', '--limit', '1']);
    const id = entries[0]?.txId ?? '';
    const { link } = await alice.json<{ link: string }>(['receipt', 'show', id]);
    expect((await alice.run(['receipt', 'show', id, '--qr'])).stdout).toContain('▀');
    expect(await anyone.json(['receipt', 'verify', link])).toMatchObject({ valid: true, facts: { total: '4' } });
    await writeFile(file('receipt.txt'), `${link.slice(0, 80)}\n${link.slice(80)}\n`);
    expect(await anyone.json(['receipt', 'verify', file('receipt.txt')])).toMatchObject({ valid: true });
    await alice.json(['receipt', 'show', id, '--out', file('receipt')]);
    expect(await anyone.json(['verify', file('receipt')])).toMatchObject({ valid: true, files: [{ type: 'receipt' }] });
    const damaged = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
    expect(await anyone.run(['receipt', 'verify', damaged])).toMatchObject({ code: 1 });
  });
});

describe('evidence', () => {
  it('against nobody is none', async () => {
    expect(await bob.json(['evidence', 'list'])).toMatchObject({ evidence: [] });
    expect((await bob.json(['evidence', 'save', '0'.repeat(64), '--out', file('none')], 1)).error).toMatchObject({
      code: 'unknown-evidence',
    });
  });
});

describe('a stopped node', () => {
  it('is read in its folder, and its files say the same', async () => {
    await bob.json(['stop']);
    await bob.json(['export', 'json', '--out', file('stopped.jsonl')]);
    const both = await anyone.json<Verified>(['verify', file('alice.jsonl'), file('stopped.jsonl')]);
    expect(both).toMatchObject({ valid: true, sums: [{ equivalent: 'UAH', among: '0' }] });
    await bob.json(['export', 'csv', '--out', file('stopped.csv')]);
    expect(await readFile(file('stopped.csv'), 'utf8')).toBe(await readFile(file('bob.csv'), 'utf8'));
  });

  it('that was never made says what to do', async () => {
    const ran = await anyone.run(['export', 'json', '--out', file('nobody.jsonl')]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('geo init') as string });
  });
});
