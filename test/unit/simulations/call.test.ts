import { describe, expect, it } from 'vitest';
import { readCall as readClear } from '#simulations/clearing/call.ts';
import { readCall as readRoutes } from '#simulations/routes/call.ts';

const routes = (text: string) => readRoutes(text.split(' ').filter((word) => word !== ''));
const clear = (text: string) => readClear(text.split(' ').filter((word) => word !== ''));

describe('a call of the study of routes', () => {
  it('has what nobody says', () => {
    expect(routes('')).toMatchObject({
      graphText: 'ba:5000,4',
      demand: { kind: 'uniform' },
      payments: 1_000,
      firstSeed: 1,
      lastSeed: 1,
      isMapKnown: true,
    });
  });

  it('says who pays whom: a model, or a file in either of two ways', () => {
    expect(routes('--demand gravity --payments 5 --seeds 2..4')).toMatchObject({
      demand: { kind: 'gravity', by: 'limit' },
      payments: 5,
      firstSeed: 2,
      lastSeed: 4,
    });
    const trace = { demand: { kind: 'trace', path: 'f.csv' }, demandText: 'trace:f.csv' };
    expect(routes('--payments f.csv')).toMatchObject(trace);
    expect(routes('--demand trace:f.csv')).toMatchObject(trace);
  });

  it.each([
    ['--graph ba:5', '--graph: graph "ba:5": write ba:NODES,M'],
    ['--graph x --format foo', '--format is "foo": write edges, gtna'],
    ['--seeds 3..1', '--seeds is "3..1": write it as 1..3, or one number.'],
    ['--map x', '--map is "x": write whole or none.'],
    ['--amounts x', '--amounts: "x": write constant:AMOUNT'],
    ['--limits x', '--limits: "x": write constant:AMOUNT'],
    ['--payments 0', '--payments is "0": write a whole number from 1 to 10000000.'],
    ['--payments -1', "Option '--payments' argument is ambiguous"],
    ['--payments=-1', '--payments is "-1": write a whole number'],
    ['--together 0', '--together is "0": write a whole number from 1 to 100000.'],
    ['--precision 9', '--precision is "9": write a whole number from 0 to 8.'],
    ['--nope', "Unknown option '--nope'"],
    ['--demand x', '--demand: "x": write uniform, gravity'],
    ['--demand trace:f.csv --payments 5', '--demand trace:f.csv has its own payments: leave --payments out.'],
    ['--demand gravity --payments f.csv', '--payments f.csv says who pays whom: leave --demand out.'],
  ])('%s is refused in words, with the usage', (text, words) => {
    expect(routes(text)).toContain(words);
    expect(routes(text)).toMatch(/\n\nUsage: npm run sim -- routes /);
  });

  it('shows the usage in lines that fit a window', () => {
    const usage = routes('--help') as string;
    expect(usage).toMatch(/^Usage/);
    expect(Math.max(...usage.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});

describe('a call of the study of clearing', () => {
  it('is of a list, or of what payments leave', () => {
    expect(clear('f.csv --json')).toMatchObject({
      source: { type: 'list', path: 'f.csv' },
      isComparison: false,
      json: true,
    });
    expect(clear('--graph hk:50,3,0.5 --demand circulation:0.5')).toMatchObject({
      source: { type: 'payments', call: { demand: { kind: 'circulation', share: 0.5 }, payments: 100_000 } },
      isComparison: true,
    });
  });

  it.each([
    ['', 'say one list of debts, or one network with --graph.'],
    ['f g', 'say one list of debts'],
    ['f --graph ba:50,3', 'say one list of debts'],
    ['f --messages 0', '--messages is "0": write a whole number from 1 to 1000000.'],
    ['f --seeds x', '--seeds is "x": write it as 1..3, or one number.'],
    ['--graph ba:50,3 --payments f', '--payments is "f": write a whole number from 1 to 10000000.'],
    ['--graph ba:50,3 --demand trace:f --payments 3', 'leave --payments out'],
  ])('"%s" is refused in words, with the usage', (text, words) => {
    expect(clear(text)).toContain(words);
    expect(clear(text)).toMatch(/\n\nUsage: npm run sim -- clear /);
  });
});
