/** Random files of communities: one seed, one file. */
import { formatAmount } from '#protocol/amount.ts';
import { Random } from '#simulations/random.ts';

const NAMES = [
  ...['Anna', 'Борис', 'Carol', 'O’Brien', 'Émile', 'Farid "F"', 'Hanna, B.', 'Ihor', '# Julia', 'Kofi 2', '李娜'],
  ...['Marko-Jr.', 'Noor', 'from'],
];
const EQUIVALENTS = ['UAH', 'hour', 'kg_apples'];
const UNIT = 100_000_000n;

interface Shape {
  readonly participants: readonly [least: number, most: number];
  readonly rows: readonly [least: number, most: number];
}

type Pair = readonly [string, string];

/** A file of rows; with all that may stand in one, but nothing wrong. */
export function randomCommunityFile(seed: number, { participants, rows }: Shape): string {
  const random = new Random(seed, 5);
  const names = random.shuffle(NAMES).slice(0, random.between(...participants));
  const equivalents = EQUIVALENTS.slice(0, random.between(1, EQUIVALENTS.length));
  const pairs = randomPairs(random, names);
  const lines: string[] = [];
  for (const equivalent of equivalents) {
    for (const pair of pairs) {
      const directions = random.between(1, 3);
      if (directions !== 2) lines.push(trust(random, pair, equivalent));
      if (directions !== 1) lines.push(trust(random, [pair[1], pair[0]], equivalent));
    }
  }
  const payments: string[] = [];
  for (let left = random.between(...rows); left > 0; left--) {
    const kind = random.below(100);
    if (kind < 15) lines.push(trust(random, turned(random, pairs), random.pick(equivalents)));
    else if (kind < 25 && payments.length > 0) lines.push(random.pick(payments));
    else if (kind < 40) lines.push(...group(random, names, equivalents, left));
    else {
      const payment = pay(random, names, random.pick(equivalents), kind < 70 ? `p-${left}` : '');
      if (kind < 70) payments.push(payment);
      lines.push(payment);
    }
  }
  return decorated(random, lines);
}

/** A chain or a tree, so that most can reach each other, and a few more. */
function randomPairs(random: Random, names: readonly string[]): Pair[] {
  const isChain = random.permille(400);
  const pairs = names.slice(1).map((name, at): Pair => [name, names[isChain ? at : random.below(at + 1)] as string]);
  for (let more = random.below(names.length); more > 0; more--) {
    const [one, other] = random.shuffle(names) as [string, string];
    if (!pairs.some((pair) => pair.includes(one) && pair.includes(other))) pairs.push([one, other]);
  }
  return pairs;
}

function turned(random: Random, pairs: readonly Pair[]): Pair {
  const [one, other] = random.pick(pairs);
  return random.permille(500) ? [one, other] : [other, one];
}

function trust(random: Random, [from, to]: Pair, equivalent: string): string {
  const limit = random.permille(80) ? 0n : BigInt(random.between(1, 80)) * UNIT + fraction(random);
  return row(['trust', from, to, equivalent, formatAmount(limit)]);
}

function pay(random: Random, names: readonly string[], equivalent: string, id: string, group = ''): string {
  const [from, to] = random.shuffle(names) as [string, string];
  const amount = BigInt(random.between(0, 30)) * UNIT + fraction(random);
  return row(['pay', from, to, equivalent, formatAmount(amount === 0n ? 1n : amount), id, group]);
}

function fraction(random: Random): bigint {
  return random.permille(300) ? BigInt(random.below(100_000_000)) : 0n;
}

/** Payments that meet each other, or one in each equivalent, which cannot; sometimes the same one twice. */
function group(random: Random, names: readonly string[], equivalents: readonly string[], number: number): string[] {
  const apart = random.permille(400);
  const of = apart ? equivalents : Array.from({ length: random.between(2, 5) }, () => random.pick(equivalents));
  const rows = of.map((equivalent, at) => pay(random, names, equivalent, `g-${number}-${at}`, `group ${number}`));
  return random.permille(250) ? [...rows, random.pick(rows)] : rows;
}

function row(fields: readonly string[]): string {
  return fields.map((field) => (/[",#]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** What may stand around rows: headings, comments, empty lines, a byte order mark, another line end. */
function decorated(random: Random, rows: readonly string[]): string {
  const lines = rows.flatMap((row) => {
    const chance = random.below(30);
    if (chance === 0) return ['', row];
    return chance === 1 ? ['# a comment, with a comma', row] : [row];
  });
  if (random.permille(500)) lines.unshift('kind,from,to,equivalent,amount,id,group');
  const mark = random.permille(200) ? '\uFEFF' : '';
  return `${mark}${lines.join(random.permille(300) ? '\r\n' : '\n')}${random.permille(500) ? '\n' : ''}`;
}
