/** What a person at the terminal reads while a community runs, and at its end. */
import { formatAmount } from '#protocol/amount.ts';
import { count, unitsOf } from '../cli/show.ts';
import { table } from '../cli/table.ts';
import { bad, bold, dim, good, line } from '../cli/text.ts';
import type { Member } from './member.ts';
import type { Circle, Debt, Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import type { Community, PayRow } from './rows.ts';
import { moneyText, numberText, paymentText, trustText } from './texts.ts';

const INTRODUCTION = `\
With GEO people pay each other with trust: everybody says who may owe them, and how much. A payment goes along a chain
of people who trust each other, all the way or not at all. Nobody else is asked: there is no bank and no server.`;

export class Report {
  readonly #community: Community;
  readonly #write: (text: string) => void;
  readonly #startedAt = performance.now();
  #section = '';
  /** Payments that were started together, or null while one is paid at a time. */
  #together: readonly PayRow[] | null = null;

  constructor(community: Community, write: (text: string) => void) {
    this.#community = community;
    this.#write = write;
  }

  tell(progress: Progress): void {
    const { precisions } = this.#community;
    switch (progress.type) {
      case 'starting':
        this.#say(INTRODUCTION);
        this.#say(`\n${progress.count} people take part. Each has a node of their own: a program on this computer.`);
        this.#write('Starting them ');
        return;
      case 'up':
        this.#write('.');
        return;
      case 'linked':
        this.#say(` up and connected after ${((performance.now() - this.#startedAt) / 1_000).toFixed(1)} s`);
        return;
      case 'trust':
        this.#heading('Who trusts whom');
        this.#say(`  ${trustText(progress.outcome, precisions)}`);
        return;
      case 'map-incomplete':
        this.#say(line`${dim(`  … still spreading the word about them to ${count(progress.participants, 'node')}`)}`);
        return;
      case 'map-complete':
        this.#say(line`${dim(`  Every node knows now of ${count(progress.lines, 'trust line')}, but not of limits.`)}`);
        return;
      case 'paying':
        this.#heading('Payments');
        this.#paying(progress.rows, progress.group);
        return;
      case 'waiting':
        this.#write(this.#together === null ? 'waiting … ' : `    ${this.#order(progress.row)}: still waiting\n`);
        return;
      case 'paid': {
        const text = paymentText(progress.outcome, progress.isRepeated, precisions);
        this.#say(this.#together === null ? text : `    ${this.#order(progress.row)}: ${text}`);
        return;
      }
      case 'clearing':
        this.#heading('Circles of debt');
        this.#write(
          `  Looking for them, so that ${count(progress.debts.length, 'debt')} may become fewer and smaller … `,
        );
        return;
      case 'cleared':
        this.#circles(progress.circles);
        return;
      case 'debts':
        this.#debts(progress.debts, progress.zeroSum);
        return;
    }
  }

  /** How long payments took. A payment that several rows name counts once. */
  latencies({ payments }: Outcome): void {
    const ids = new Set<string>();
    const rows = this.#community.rows.filter((row) => row.kind === 'pay');
    const once = payments.filter((_, index) => {
      const id = rows[index]?.id ?? null;
      if (id === null) return true;
      return !ids.has(id) && ids.add(id);
    });
    const times = once.filter(({ state }) => state === 'COMMITTED').map(({ ms }) => ms);
    times.sort((a, b) => a - b);
    const within = (share: number): string => `${times[Math.ceil(share * times.length) - 1]} ms`;
    this.#say(`\n${count(times.length, 'payment')} done, ${once.length - times.length} refused.`);
    if (times.length === 0) return;
    this.#say(`Half of those done took ${within(0.5)} at most (median), 95 of 100 took ${within(0.95)} at most (p95).`);
  }

  /** How to go on with the nodes that are left running. */
  nodes(members: readonly Member[]): void {
    this.#say(line`\n${bold('The nodes')}`);
    const rows = members.map(({ name, apiUrl, folder }) => [name, apiUrl, folder]);
    this.#say(indented(table([{ title: 'OF' }, { title: 'API' }, { title: 'FOLDER' }], rows)));
    const trust = this.#community.rows.find(({ kind }) => kind === 'trust');
    const person = members.find(({ name }) => name === trust?.to) ?? members[0];
    if (person === undefined) return;
    const geo = `npx geo --data-dir ${argument(person.folder)}`;
    this.#say('\nThey run until you press Ctrl-C, which also removes their folders.');
    this.#say(line`To be ${person.name}, in another terminal:\n  ${geo} balance\n  ${geo} history\n  ${geo} ui`);
    if (trust !== undefined) this.#say(line`  ${geo} pay ${argument(trust.from)} 1 ${trust.equivalent}`);
  }

  ended(name: string, how: string): void {
    this.#say(line`The node of ${name} has ended ${how}.`);
  }

  stopping(): void {
    this.#say('\nStopping the nodes …');
  }

  #paying(rows: readonly PayRow[], group: string | null): void {
    this.#together = rows.length > 1 ? rows : null;
    if (rows.length > 1) this.#say(line`  ${String(rows.length)} at the same time (${group ?? ''}):`);
    else this.#write(`  ${this.#order(rows[0] as PayRow)} … `);
  }

  #order({ from, to, equivalent, amount }: PayRow): string {
    return line`${from} pays ${to} ${moneyText(formatAmount(amount), equivalent, this.#community.precisions)}`;
  }

  #circles(circles: readonly Circle[]): void {
    this.#say(circles.length === 0 ? 'there are none.' : `${count(circles.length, 'circle')} cleared:`);
    for (const { nodes, equivalent, amount } of circles) {
      const less = moneyText(amount, equivalent, this.#community.precisions);
      this.#say(line`  ${nodes.join(' owes ')}: ${less} less, each of them`);
    }
    if (circles.length > 0)
      this.#say(line`${dim('  Nobody is better or worse off by that: all owe less, and are owed as much less.')}`);
  }

  #debts(debts: readonly Debt[], zeroSum: boolean): void {
    const { precisions } = this.#community;
    this.#heading('Who owes whom');
    const rows = debts.map(({ debtor, creditor, equivalent, amount }) => [
      ...[debtor, creditor, numberText(amount, equivalent, precisions), equivalent],
    ]);
    const head = [
      { title: 'WHO' },
      { title: 'OWES WHOM' },
      { title: 'HOW MUCH', align: 'right' },
      { title: 'UNIT' },
    ] as const;
    this.#say(rows.length === 0 ? '  Nobody owes anybody anything.' : indented(table(head, rows)));
    this.#say('');
    for (const equivalent of precisions.keys()) {
      const owed = debts.filter((debt) => debt.equivalent === equivalent).map(({ amount }) => unitsOf(amount));
      const sum = formatAmount(owed.reduce((total, amount) => total + amount, 0n));
      const about =
        owed.length === 0
          ? 'there are none'
          : `${count(owed.length, 'debt')}, ${moneyText(sum, equivalent, precisions)} together`;
      const verdict = zeroSum ? good('add up to zero') : bad('do NOT add up to zero');
      this.#say(line`  All debts of ${equivalent} ${verdict}: ${about}.`);
    }
    if (zeroSum) this.#say(line`${dim('  Each of them stands in the books of both its ends.')}`);
  }

  #heading(title: string): void {
    if (this.#section === title) return;
    this.#section = title;
    this.#say(line`\n${bold(title)}`);
  }

  #say(text: string): void {
    this.#write(`${text}\n`);
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** As a shell wants it. */
function argument(text: string): string {
  return /^[\p{L}\p{N}._/:\\-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
