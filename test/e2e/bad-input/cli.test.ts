/**
 * All bad input (test/support/bad-inputs) on the command line, wherever an argument or an option takes a value of its
 * kind: words on standard error, the right exit code, nothing that acts on a terminal, and nothing is changed.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '#node/cli/program.ts';
import { COMMAND_LINES } from '#test/support/bad-inputs/places.ts';
import { BAD_INPUTS, type BadInput, NAUGHTY } from '#test/support/bad-inputs/table.ts';
import { ACTS_ON_TEXT, BadInputWorld } from '#test/support/bad-inputs/world.ts';
import { captureOutput, runHere } from '#test/support/captured-cli.ts';
import { GeoFolder, type GeoRun } from '#test/support/geo.ts';

let world: BadInputWorld;

beforeAll(async () => {
  world = await BadInputWorld.start();
});

afterAll(() => world.stop());

captureOutput();

/** `geo` on the folder of Alice, unless another one is named. */
const geo = (argv: readonly string[], folder = world.alice.config.dataDir): Promise<GeoRun> => runHere(folder, argv);

/** What was wrong with a refusal in words, or null. */
function flaw({ code, stdout, stderr }: GeoRun, says: RegExp): string | null {
  if (code === 0) return 'it was taken';
  if (stdout !== '') return `it printed ${stdout}`;
  if (!/^(Paying Bob 1\.00 UAH\.\n(You will owe .*\n)?)?geo: .{20,1000}\n$/s.test(stderr))
    return `it said ${stderr.slice(0, 1_500)}`;
  if (!says.test(stderr)) return `it said ${stderr}`;
  if (ACTS_ON_TEXT.test(stderr.replaceAll('\n', ''))) return `it said raw ${JSON.stringify(stderr)}`;
  return /\n\s+at |\.ts:\d|bug/.test(stderr) ? `it said ${stderr}` : null;
}

/** What was wrong with the document of it, or null. */
function documentFlaw({ code, stdout }: GeoRun, bad: BadInput): string | null {
  if (ACTS_ON_TEXT.test(stdout.trimEnd())) return `its document is raw: ${stdout}`;
  const { error } = JSON.parse(stdout) as { error: { code: string } };
  const expected = bad.code === null ? [] : [bad.code].flat();
  if (!expected.includes(error.code)) return `its document says ${error.code}`;
  const isTyped = error.code === 'usage' || (error.code.startsWith('bad-') && error.code !== 'bad-receipt');
  return code === (isTyped ? 3 : 1) ? null : `it ended with ${code} for ${error.code}`;
}

/** Numbers are text here, and nothing on a command line is a list. */
const isTypeable = ({ value, valueIn }: BadInput): boolean => typeof value === 'string' || valueIn !== undefined;

const textOf = ({ value, valueIn }: BadInput): string => (valueIn === undefined ? String(value) : valueIn(world));

const named = COMMAND_LINES.map((line) => [line.argvWith('…').join(' '), line] as const);

describe('bad input on the command line changes nothing and is refused in words', () => {
  it.each(named)('geo %s', async (_name, line) => {
    const before = await world.digest();
    const flaws: string[] = [];
    let tried = 0;
    for (const kind of line.kinds) {
      for (const bad of BAD_INPUTS[kind] as readonly BadInput[]) {
        if (!isTypeable(bad)) continue;
        tried++;
        const argv = line.argvWith(textOf(bad));
        const found =
          flaw(await geo(argv), bad.says) ??
          documentFlaw(await geo(['--json', ...argv]), bad) ??
          (await world.whatWasWrittenBy(() => geo(argv)));
        if (found !== null) flaws.push(`${kind}, ${bad.what}: ${found}`);
      }
    }
    expect(flaws).toEqual([]);
    expect(tried).toBeGreaterThan(0);
    expect(await world.digest()).toEqual(before);
  });
});

/** Commands whose values are settings, folders and programs: tested where those are. */
const ELSEWHERE = /^geo (init|start|sim|completion|help|backup .*|restore from|move)$/;
/** Files may hold anything: see hostile-text.test.ts. */
const isFile = (text: string): boolean => /file/.test(text);

it('no command that takes a value is left out of the table', () => {
  const listed = COMMAND_LINES.map((line) => line.argvWith('').join(' '));
  const left: string[] = [];
  const look = (command: Command, path: string): void => {
    for (const child of command.commands) look(child, `${path} ${child.name()}`);
    const takesValue =
      command.registeredArguments.some((argument) => !isFile(argument.name())) ||
      command.options.some(({ required, flags }) => required && !isFile(flags));
    if (command.commands.length > 0 || !takesValue || ELSEWHERE.test(path)) return;
    if (!listed.some((line) => line.startsWith(path.slice('geo '.length)))) left.push(path);
  };
  const program = buildProgram(
    () => async () => undefined,
    () => undefined,
  );
  look(program, 'geo');
  expect(left).toEqual([]);
});

describe('a network id', () => {
  it.each([...BAD_INPUTS.network.map(({ what, value }) => [what, value] as const)])('%s', async (_what, network) => {
    const folder = mkdtempSync(join(tmpdir(), 'geo-network-'));
    const ran = await geo(['init', '--network', String(network)], folder);
    expect(flaw(ran, /is ".*"; allowed: 1 to 32 of a-z, 0-9 and -/)).toBeNull();
    expect(ran.code).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('no naughty string, but for the few that are plain words', async () => {
    const flaws: string[] = [];
    for (const network of NAUGHTY.filter((text) => !/^[a-z0-9-]{1,32}$/.test(text))) {
      const folder = join(tmpdir(), 'geo-network-that-never-is');
      const found = flaw(await geo(['init', `--network=${network}`], folder), /1 to 32 of a-z, 0-9 and -/);
      if (found !== null) flaws.push(`${network}: ${found}`);
    }
    expect(flaws).toEqual([]);
  });
});

describe('naughty strings', () => {
  it.each([
    ['balance', '--'],
    ['trust', 'list', '--'],
    ['tx', 'show', '--'],
    ['receipt', 'show', '--'],
    ['contact', 'remove', '--'],
    ['token', 'revoke', '--'],
    ['request', '1', 'UAH', '--no-qr', '--memo'],
    ['history', '--before'],
  ])('geo %s %s %s', async (...argv) => {
    const before = await world.digest();
    const flaws: string[] = [];
    for (const naughty of NAUGHTY) {
      const ran = await geo([...argv, naughty]);
      const shown = `${ran.stdout}${ran.stderr}`;
      const found = ran.code === 0 ? null : flaw(ran, /./);
      if (found !== null) flaws.push(`${naughty}: ${found}`);
      if (ACTS_ON_TEXT.test(shown.replaceAll('\n', ''))) flaws.push(`${naughty}: it printed ${shown}`);
    }
    expect(flaws).toEqual([]);
    expect(await world.digest()).toEqual(before);
  });
});

describe('through the launcher', () => {
  it.each([
    ['an amount', ['pay', 'Bob', '-1', 'UAH'], 3, /it is below zero/],
    ['an equivalent', ['balance', 'грн'], 3, /is not an equivalent/],
    ['a person', ['pay', '\u202eboB', '1', 'UAH'], 1, /nobody in the address book/],
    ['a card', ['contact', 'add', 'geo:card/gogBZHRlc3Q'], 3, /damaged/],
    ['an address', ['peer', 'connect', 'Bob', '/ip4/169.254.169.254/tcp/80'], 3, /cloud metadata/],
    ['an id', ['tx', 'show', '\u001b[2J'], 1, /\\u\{1b\}\[2J/],
    ['a time', ['request', '1', 'UAH', '--expires', 'yesterday'], 3, /neither a span nor a date/],
  ])('%s is refused as well', async (_what, argv, code, says) => {
    const before = await world.digest();
    const ran = await new GeoFolder(world.alice.config.dataDir).run(argv);
    expect({ flaw: flaw(ran, says), code: ran.code }).toEqual({ flaw: null, code });
    expect(await world.digest()).toEqual(before);
  });
});
