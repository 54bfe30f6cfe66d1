import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Estimate, estimate } from '#simulations/estimate.ts';
import { type Manifest, manifestOf } from '#simulations/study/report/manifest.ts';
import { pageOf } from '#simulations/study/report/page.ts';
import { csvOf } from '#simulations/study/report/tables.ts';
import { writeResults } from '#simulations/study/report/write.ts';
import type { Results } from '#simulations/study/results.ts';
import { inventedResults } from '#test/support/invented-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'geo-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const results = inventedResults();
const MANIFEST: Manifest = {
  version: '1.2.3',
  commit: null,
  isChanged: false,
  configuration: { study: 'invented' },
  configurationDigest: '00',
  seeds: [1, 2, 3, 4, 5],
  node: 'v24',
  platform: 'linux x64',
};
const NAMES = ['results.csv', 'results.jsonl', 'results.parquet', 'report.html', 'manifest.json'];

const read = (name: string, dir = 'one') => readFileSync(join(folder, dir, name));

/** With spaces where lines could break. */
const broken = (text: string) => text.replaceAll('\u00A0', ' ');

let page: string;
beforeAll(async () => {
  expect(await writeResults(join(folder, 'one'), results, MANIFEST)).toEqual(NAMES);
  page = broken(read('report.html').toString());
});

describe('the files of a study', () => {
  it('are all there, and all but the manifest are the same for the same results', async () => {
    await writeResults(join(folder, 'two'), inventedResults(), { ...MANIFEST, node: 'v26', commit: 'ab' });
    expect(readdirSync(join(folder, 'one')).sort()).toEqual(NAMES.toSorted());
    const differs = NAMES.filter((name) => !read(name).equals(read(name, 'two')));
    expect(differs).toEqual(['manifest.json']);
  });

  it('have every number in the table for spreadsheets', () => {
    const rows: Record<string, string>[] = parse(read('results.csv'), { columns: true });
    expect(rows).toHaveLength(results.rows.length);
    for (const [at, row] of rows.entries()) {
      for (const [name, value] of Object.entries(results.rows[at] ?? {})) {
        expect(row[name]).toBe(value === null ? '' : String(value));
      }
    }
  });

  it('are RFC 4180: CRLF, quotation marks doubled', () => {
    const odd: Results = { ...results, rows: [{ demand: 'a "b",\nc', seed: 1, success: 1 / 3 }] };
    expect(csvOf(odd)).toBe(
      'participants,demand,limits,seed,success,volume,messages,attempts,payments,cleared\r\n' +
        ',"a ""b"",\nc",,1,0.3333333333333333,,,,,\r\n',
    );
  });

  it('have every number in lines of JSON', () => {
    const rows = read('results.jsonl')
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toEqual(results.rows);
  });

  it('have every number in Parquet, with types and meanings', async () => {
    const bytes = read('results.parquet');
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const rows = await parquetReadObjects({ file });
    const whole = new Set(['participants', 'seed', 'payments']);
    const stored = results.rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, whole.has(name) ? BigInt(Number(value)) : value]),
      ),
    );
    expect(rows).toEqual(stored);
    const { key_value_metadata: facts } = parquetMetadata(file);
    expect(facts?.find(({ key }) => key === 'study')?.value).toBe('Size and demand');
    expect(JSON.parse(facts?.find(({ key }) => key === 'column:success')?.value ?? '')).toEqual({
      unit: '%',
      what: 'Payments that were made, of those that were tried.',
    });
  });

  it('have a manifest that names what made them, with their digests', () => {
    const manifest = JSON.parse(read('manifest.json').toString());
    expect(manifest).toMatchObject({ ...MANIFEST, schema: 1, study: 'Size and demand', runs: 45 });
    expect(manifest.columns).toEqual([...results.parameters, ...results.metrics]);
    expect(manifest.files).toEqual(
      Object.fromEntries(
        NAMES.slice(0, 4).map((name) => [name, { sha256: createHash('sha256').update(read(name)).digest('hex') }]),
      ),
    );
  });

  it('say nothing where a number is none', async () => {
    const row = { participants: 1, demand: 'a', limits: 'b', seed: 1, success: Number.NaN, volume: Infinity };
    const dir = join(folder, 'none');
    await writeResults(dir, { ...results, rows: [row] }, MANIFEST);
    expect(JSON.parse(read('results.jsonl', 'none').toString())).toMatchObject({ success: null, volume: null });
    expect(read('results.csv', 'none').toString()).toContain('\r\n1,a,b,1,,,,,,\r\n');
  });
});

describe('the manifest of this program', () => {
  it('has its version, the commit, the digest of what was asked for and the seeds', async () => {
    const manifest = await manifestOf({ a: 1 }, [7, 8]);
    expect(manifest).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      seeds: [7, 8],
      node: process.version,
    });
    expect(manifest.configurationDigest).toBe(createHash('sha256').update('{"a":1}').digest('hex'));
    expect(manifest.commit ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
    expect((await manifestOf({ a: 1 }, [7], 'ab')).configurationDigest).toBe('ab');
  });
});

describe('the report', () => {
  it('needs nothing from elsewhere and runs nothing', () => {
    expect(page).not.toMatch(/https?:/i);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|<embed|\bsrc=|\bsrcset=|@import|url\(|\son\w+=/i);
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to ?? '');
    for (const to of links.filter((link) => link.startsWith('#'))) expect(page).toContain(`id="${to.slice(1)}"`);
    expect(links.filter((link) => !link.startsWith('#'))).toEqual([
      'results.csv',
      'results.jsonl',
      'results.parquet',
      'manifest.json',
    ]);
  });

  it('has the means with intervals of Student', () => {
    const values = results.rows
      .filter(({ participants, demand }) => participants === 100 && demand === 'gravity')
      .map(({ success }) => Number(success));
    const mean = values.reduce((sum, value) => sum + value, 0) / 5;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4);
    expect(page).toContain(`<td>${mean.toFixed(2)} ± ${((2.776 * deviation) / Math.sqrt(5)).toFixed(2)}</td>`);
  });

  it('has a plot of each metric by each parameter, with words and numbers for those who do not see it', () => {
    const labels = [...page.matchAll(/<svg role="img" aria-label="([^"]*)"/g)].map(([, label]) => label);
    expect(labels).toHaveLength(12);
    expect(labels[0]).toMatch(
      /^Plot of success \(%\) by participants: for demand uniform from 9\d\.\d+ ± 0\.\d+ at 100 to 8\d\.\d+ ± 0\.\d+ at 10\u202F000; for demand gravity from /,
    );
    expect(page.match(/<details><summary>Numbers of this plot/g)).toHaveLength(12);
    expect(page).toContain('The axis of participants is logarithmic.');
  });

  it('draws what it says: marks as high as the means, lines as long as the intervals', () => {
    const svg = svgs(page)[0] ?? '';
    const line = /<line transform="translate\([\d.]+,([\d.]+)\)" x2="0" y2="(-?[\d.]+)" stroke="var\(--curve-\d\)"/g;
    const drawn = [...svg.matchAll(line)].map(([, from, length]) => ({
      middle: Number(from) + Number(length) / 2,
      half: Math.abs(Number(length)) / 2,
    }));
    const means = ['uniform', 'gravity', 'circulation:0.5'].flatMap((demand) =>
      [100, 1_000, 10_000].map((participants) => {
        const rows = results.rows.filter((row) => row.demand === demand && row.participants === participants);
        const { mean, interval } = estimate(rows.map(({ success }) => Number(success))) as Estimate;
        return { mean, interval: interval ?? 0 };
      }),
    );
    expect(drawn).toHaveLength(9);
    const [a, b] = [means[0], means[2]];
    const pixels = ((drawn[2]?.middle ?? 0) - (drawn[0]?.middle ?? 0)) / ((b?.mean ?? 0) - (a?.mean ?? 0));
    expect(pixels).toBeLessThan(0);
    for (const [at, { mean, interval }] of means.entries()) {
      expect(drawn[at]?.middle).toBeCloseTo((drawn[0]?.middle ?? 0) + pixels * (mean - (a?.mean ?? 0)), 1);
      expect(drawn[at]?.half).toBeCloseTo(-pixels * interval, 1);
    }
  });

  it('is of pictures that are well-formed', () => {
    for (const svg of svgs(page)) expect(() => new SaxesParser().write(svg).close()).not.toThrow();
  });

  it('shows texts as they are, whatever they hold', async () => {
    const evil = `"><script>alert('x')</script>&amp;`;
    const hostile: Results = {
      study: evil,
      parameters: [
        { name: evil, unit: evil, what: evil, kind: 'text' },
        { name: 'b', unit: evil, what: evil, kind: 'integer' },
        { name: 'seed', unit: '', what: '', kind: 'integer' },
      ],
      metrics: [{ name: evil, unit: evil, what: evil, kind: 'real' }],
      rows: [1, 2].flatMap((b) => [`${evil}1`, `${evil}2`].map((text) => ({ [evil]: text, b, seed: 1 }))),
    };
    // The metric has the name of the parameter here, which is text: give it one of its own.
    const metrics = [{ name: `${evil}3`, unit: evil, what: evil, kind: 'real' as const }];
    const text = await pageOf({ ...hostile, metrics, rows: hostile.rows.map((row) => ({ ...row, [`${evil}3`]: 5 })) });
    expect(text).not.toContain('<script');
    expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;');
    for (const svg of svgs(text)) expect(() => new SaxesParser().write(svg).close()).not.toThrow();
  });

  it('says where each metric was least and most', () => {
    expect(page).toMatch(
      /<li>success \(%\): from <strong>85\.88 ± 0\.51<\/strong> \(participants 10\u202F000, demand uniform\) to <strong>96\.94 ± 0\.65<\/strong> \(participants 100, demand circulation:0\.5\)\.<\/li>/,
    );
  });

  it('says once what is the same in all runs, and what was not measured', async () => {
    const rows = results.rows.map((row) => ({ ...row, attempts: 1, cleared: null }));
    const text = await pageOf({ ...results, rows });
    expect(text).toContain('<li>attempts: <strong>1</strong> in all runs.</li>');
    expect(text).toContain('<p>Not measured: cleared.</p>');
    expect(svgs(text)).toHaveLength(8);
    expect(text).not.toContain('<th scope="col">attempts</th>');
  });

  it('can be made of no run at all', async () => {
    expect(await pageOf({ ...results, rows: [] })).toContain('No run has been made yet.');
  });

  it('says what one seed cannot tell, and leaves plots out where nothing was varied', async () => {
    const one = await pageOf({ ...results, rows: results.rows.slice(0, 1) });
    expect(one).toContain('With one seed nobody can tell');
    expect(one).not.toContain('<svg');
    expect(one).not.toContain('±');
    expect(one).toContain('Nothing but the seed.');
  });

  it('averages over further parameters within each seed', async () => {
    const rows = [1, 2].flatMap((seed) =>
      [0, 10].flatMap((third) =>
        [1, 2].flatMap((a) => ['p', 'q'].map((b) => ({ a, b, third, seed, m: third + seed }))),
      ),
    );
    const column = (name: string, kind: 'integer' | 'text' = 'integer') => ({ name, unit: '', what: '', kind });
    const text = await pageOf({
      study: 's',
      parameters: [column('a'), column('b', 'text'), column('third'), column('seed')],
      metrics: [column('m')],
      rows,
    });
    // Of each seed 5 + seed: 6 and 7, so 6.5 ± 12.706 × 0.5.
    expect(broken(text)).toContain('<td>6.5 ± 6.4</td>');
    expect(text).toContain('Averaged over all values of third.');
  });
});

function svgs(text: string): string[] {
  return [...text.matchAll(/<svg .*?<\/svg>/gs)].map(([svg]) => svg);
}
