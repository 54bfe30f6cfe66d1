import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CreditGraph } from '#simulations/graphs/credit-graph.ts';
import { GraphBuilder } from '#simulations/graphs/credit-graph.ts';
import { BadFile } from '#simulations/graphs/lines.ts';
import { type Format, readGraph } from '#simulations/graphs/read-graph.ts';
import { checkSize } from '#simulations/graphs/reader.ts';
import { payableOf } from '#test/support/credit-graphs.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/graphs');
const folder = mkdtempSync(join(tmpdir(), 'geo-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string, precision = 2) => readGraph(join(FIXTURES, name), null, precision);

function read(name: string, text: string, format: Format | null = null): Promise<CreditGraph> {
  const path = join(folder, name);
  writeFileSync(path, text);
  return readGraph(path, format, 2);
}

describe('networks of CLoTH', () => {
  it('edges.csv: what each end has it can pay, several channels of the same two add up', async () => {
    const graph = await fixture('cloth-edges.csv');
    expect(payableOf(graph)).toEqual({ '0→1': 3_000_000, '1→0': 2_000_000, '2→1': 500_000, '1→2': 2_000_150 });
    expect(graph.notes).toEqual([]);
    expect([...graph.owedToA]).toEqual([0, 0]);
  });

  it('channels.csv: each end has half', async () => {
    expect(payableOf(await fixture('cloth-channels.csv'))).toEqual({
      '0→1': 2_500_000,
      '1→0': 2_500_000,
      '2→1': 1_350_050,
      '1→2': 1_350_050,
    });
  });

  it('lets further columns be', async () => {
    const text = 'id,edge1_id,edge2_id,node1_id,node2_id,capacity,latency\n0,0,1,a,b,2000,7\n';
    expect(payableOf(await read('more.csv', text))).toEqual({ 'a→b': 100, 'b→a': 100 });
  });

  it.each<[string, string, Format | null, string]>([
    ['lists only participants', 'id\n0\n1\n', null, 'line 1: is no head of edges.csv'],
    ['has no head', '0,0,1,0,1,50000000\n', 'cloth', 'line 1: is no head of edges.csv'],
    ['lacks a column', 'id,from_node_id,to_node_id\n1,2,3\n', null, 'line 1: is no head of edges.csv'],
    [
      'has a line of other length',
      'node1_id,node2_id,capacity\n1,2,3\n1,2\n',
      null,
      'line 3: has 2 fields, the head has 3',
    ],
    ['has a word', 'node1_id,node2_id,capacity\n1,2,lots\n', null, 'line 2: the capacity is "lots": write a number'],
    [
      'has less than nothing',
      'from_node_id,to_node_id,balance\n1,2,-5\n',
      null,
      'line 2: the balance is -5: write 0 or more',
    ],
    ['names nobody', 'from_node_id,to_node_id,balance\n,2,5\n', null, 'line 2: the first participant is missing'],
    ['has a head only', 'from_node_id,to_node_id,balance\n', null, 'has no line of a network in it'],
  ])('is refused when it %s', async (_what, text, format, words) => {
    await expect(read('bad.csv', text, format)).rejects.toThrow(BadFile);
    await expect(read('bad.csv', text, format)).rejects.toThrow(words);
  });
});

describe('lncli describegraph', () => {
  it('half of a channel for each end that passes on; several channels add up', async () => {
    const graph = await fixture('describegraph.json', 0);
    expect(payableOf(graph)).toEqual({
      '02aa→03bb': 750_001,
      '03bb→02aa': 250_000,
      '03bb→02cc': 30_000,
      '02cc→03bb': 0,
    });
    expect(graph.nodes).toBe(4);
  });

  it('passes on where the dump has no policies at all, and not where only one is there', async () => {
    const edge = '"node1_pub":"a","node2_pub":"b","capacity":"10"';
    expect(payableOf(await read('x.json', `{"edges":[{${edge}}]}`))).toEqual({ 'a→b': 500, 'b→a': 500 });
    const one = `{"edges":[{${edge},"node1_policy":{}}]}`;
    expect(payableOf(await read('x.json', one))).toEqual({ 'a→b': 500, 'b→a': 0 });
  });

  it('is known by its first character', async () => {
    const text = '\uFEFF\n {"edges":[{"node1_pub":"a","node2_pub":"b","capacity":10}]}';
    expect((await read('graph.txt', text)).nodes).toBe(2);
  });

  const edge = (fields: string) => `{"edges":[{"node1_pub":"a","node2_pub":"b","capacity":"1"},{${fields}}]}`;
  it.each([
    ['is cut short', '{"edges":[{', 'is not JSON: '],
    ['is something else', '{"channels":[]}', 'has no list called "edges"'],
    ['is a list', '[1]', 'the whole file is not an object'],
    ['is empty', '{"edges":[],"nodes":[]}', 'has no channel in it'],
    ['has a channel that is none', '{"edges":[7]}', 'edges[0] is not an object'],
    ['has no capacity', edge('"node1_pub":"a","node2_pub":"b"'), 'edges[1].capacity is missing: write satoshi'],
    ['has a word for a capacity', edge('"node1_pub":"a","node2_pub":"b","capacity":"x"'), 'edges[1].capacity is "x"'],
    ['has an odd capacity', edge('"node1_pub":"a","node2_pub":"b","capacity":[1]'), 'edges[1].capacity is object'],
    [
      'has a capacity below 0',
      edge('"node1_pub":"a","node2_pub":"b","capacity":"-1"'),
      'edges[1].capacity is -1: write 0',
    ],
    ['names nobody', edge('"node1_pub":"a","capacity":"1"'), 'edges[1].node2_pub is missing'],
    ['names a number', edge('"node1_pub":5,"node2_pub":"b","capacity":"1"'), 'edges[1].node1_pub is number'],
    [
      'has an odd policy',
      edge('"node1_pub":"a","node2_pub":"b","capacity":"1","node1_policy":1'),
      'edges[1].node1_policy is not',
    ],
    ['has an odd node', '{"nodes":[{}],"edges":[1]}', 'nodes[0].pub_key is missing'],
  ])('is refused when it %s', async (_what, text, words) => {
    await expect(read('bad.json', text)).rejects.toThrow(BadFile);
    await expect(read('bad.json', text)).rejects.toThrow(words);
  });
});

describe('GraphML', () => {
  const graphml = (edges: string, keys = '<key id="k" for="edge" attr.name="weight"/>', kind = 'directed') =>
    `<graphml>${keys}\n<graph edgedefault="${kind}">\n${edges}\n</graph></graphml>`;

  it('an edge without a direction is two lines, one with a direction is one', async () => {
    const graph = await fixture('networkx.graphml');
    expect(payableOf(graph)).toEqual({
      'Anna→Boris': 1_050,
      'Boris→Anna': 1_050,
      'Carol→Boris': 300,
      'Boris→Carol': 0,
    });
    expect(graph.nodes).toBe(4);
    expect(graph.names?.[0]).toBe('Anna');
  });

  it('takes limit before capacity before weight, and what is the default', async () => {
    const keys = ['weight', 'Limit', 'capacity', 'other']
      .map(
        (name) =>
          `<key id="${name[0]}" for="edge" attr.name="${name}">${name === 'weight' ? '<default> 7 </default>' : ''}</key>`,
      )
      .join('');
    const data = (key: string, value: number) => `<data key="${key}">${value}</data>`;
    const edges = [
      `<edge source="a" target="b">${data('w', 1)}${data('c', 2)}${data('L', 3)}</edge>`,
      `<edge source="b" target="c">${data('w', 1)}${data('c', 2)}</edge>`,
      `<edge source="c" target="d">${data('o', 9)}</edge>`,
    ].join('');
    expect(payableOf(await read('x.graphml', graphml(edges, keys)))).toEqual({
      'b→a': 300,
      'a→b': 0,
      'c→b': 200,
      'b→c': 0,
      'd→c': 700,
      'c→d': 0,
    });
  });

  it('is known by its first character, and read in pieces', async () => {
    const edges = Array.from(
      { length: 5_000 },
      (_, at) => `<edge source="n${at}" target="n${at + 1}"><data key="k">${at}</data></edge>`,
    );
    const graph = await read('graph.txt', graphml(edges.join('\n')));
    expect(graph.a.length).toBe(5_000);
    expect(graph.limitOfA[4_999]).toBe(499_900);
  });

  it('does not expand what a document type defines', async () => {
    const text = `<!DOCTYPE graphml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>${graphml('<edge source="&b;" target="b"/>')}`;
    await expect(read('x.graphml', text)).rejects.toThrow('line 3: is not XML: undefined entity');
  });

  it.each([
    ['is cut short', '<graphml><graph>\n<edge source="a" target="b"', 'is not XML: '],
    ['is not well-formed', '<graphml>\n<graph>\n</graphml>', 'line 3: is not XML: unexpected close tag'],
    ['is another language', '<svg/>', 'line 1: begins with "svg": GraphML begins with <graphml>'],
    ['is empty', '', 'is not XML'],
    ['has no edge', graphml('<node id="a"/>'), 'has no edge in it'],
    [
      'has no limit',
      graphml('<edge source="a" target="b"/>'),
      'line 3: the edge from "a" to "b" has no attribute called limit, capacity, weight',
    ],
    [
      'has a word for a limit',
      graphml('<edge source="a" target="b"><data key="k">much</data></edge>'),
      'line 3: the limit of the edge is "much": write a number',
    ],
    [
      'has a limit below 0',
      graphml('\n<edge source="a" target="b"><data key="k">-1</data></edge>'),
      'line 4: the limit of the edge is -1: write 0 or more',
    ],
    [
      'has a limit without end',
      graphml(`<edge source="a" target="b"><data key="k">${'1'.repeat(1_000)}</data></edge>`),
      'line 3: a limit is "1111',
    ],
    [
      'names nobody',
      graphml('<edge target="b"><data key="k">1</data></edge>'),
      'line 3: the source of an edge is missing',
    ],
    ['has a name without end', graphml(`<node id="${'x'.repeat(2_000)}"/>`), 'line 3: the id of a node is "xxx'],
    ['has edges of many ends', graphml('<hyperedge/>'), 'line 3: has an edge of more than two ends'],
  ])('is refused when it %s', async (_what, text, words) => {
    await expect(read('bad.graphml', text)).rejects.toThrow(BadFile);
    await expect(read('bad.graphml', text)).rejects.toThrow(words);
  });
});

describe('a file of any format', () => {
  it.each(['describegraph', 'graphml', 'cloth'] as const)('%s: is not there', async (format) => {
    await expect(readGraph(join(folder, 'none'), format, 2)).rejects.toThrow(BadFile);
    await expect(readGraph(join(folder, 'none'), format, 2)).rejects.toThrow(/none: ENOENT/);
  });

  it.each(['big.json', 'big.graphml'])('%s: is not read when it is too big', async (name) => {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), 401e6);
    await expect(readGraph(join(folder, name), null, 2)).rejects.toThrow('has 401 MB, and at most 400 are read');
  });

  it('has at most as many accounts as fit into memory', () => {
    class Full extends GraphBuilder {
      override get accounts(): number {
        return 10_000_001;
      }
    }
    expect(() => checkSize({ path: 'x', builder: new Full(), scale: 1 }, 7)).toThrow(
      'x, line 7: has more than 10000000 accounts',
    );
    expect(() => checkSize({ path: 'x', builder: new GraphBuilder(), scale: 1 }, 7)).not.toThrow();
  });
});
