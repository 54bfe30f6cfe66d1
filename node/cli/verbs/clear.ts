import type { Command } from 'commander';
import type { Result } from '../../api/contract.ts';
import { cancelled, confirm } from '../ask.ts';
import type { AddVerb, Run } from '../cli.ts';
import { equivalentText, proposalIdText, wholeNumber } from '../parse.ts';
import { usage } from '../problem.ts';
import { moneyOf, nameOf, type ShowMoney, unitsOf, when } from '../show.ts';
import { table } from '../table.ts';
import { bold, line } from '../text.ts';

type Clearing = Result<'getClearing'>;
type Proposal = Clearing['proposals'][number];

const DEFAULT_WAIT_S = 4;
const MAX_WAIT_S = 60;

export const addClear: AddVerb = (program, run) => {
  const clear = program
    .command('clear')
    .description('Circles of debt: you owe Ann, Ann owes Bob, Bob owes you. All three debts become less by as much');
  addStatus(clear, run);
  addRun(clear, run);
  addList(clear, run);
  addAnswer(clear, run, 'accept');
  addAnswer(clear, run, 'reject');
};

function addStatus(clear: Command, run: Run): void {
  clear
    .command('status')
    .description('Show whether circles are looked for, and what could be cleared at most')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const clearing = await client.getClearing({});
        return { document: { clearing }, text: statusText(clearing, await moneyOf(cli)) };
      }),
    );
}

function addRun(clear: Command, run: Run): void {
  clear
    .command('run')
    .description('Look for circles now, and show what was cleared')
    .argument('[equivalent]', 'only in this one, such as UAH', equivalentText)
    .option(
      '--wait <seconds>',
      'How long to wait for what is found',
      wholeNumber('a number of seconds', 0, MAX_WAIT_S),
      DEFAULT_WAIT_S,
    )
    .action(
      run(async (cli, equivalent: string | undefined, { wait }: { wait: number }) => {
        const client = await cli.client();
        const money = await moneyOf(cli);
        const found = await client.seekRings({ ...(equivalent && { equivalent }), waitMs: wait * 1_000 });
        return { document: { ...found }, text: foundText(found, money) };
      }),
    );
}

function addList(clear: Command, run: Run): void {
  clear
    .command('list')
    .description('Show the clearings that wait for your word, and how the others ended')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const { proposals } = await client.getClearing({});
        return { document: { proposals }, text: listText(proposals, await moneyOf(cli)) };
      }),
    );
}

const ANSWERS = {
  accept: { about: 'Agree to a clearing', question: 'Clear it?', agrees: true },
  reject: { about: 'Say no to a clearing: all debts stay as they are', question: 'Say no to it?', agrees: false },
} as const;

function addAnswer(clear: Command, run: Run, answer: keyof typeof ANSWERS): void {
  const { about, question, agrees } = ANSWERS[answer];
  clear
    .command(answer)
    .description(about)
    .argument('<id>', 'id of the clearing, as `geo clear list` shows it', proposalIdText)
    .option('--yes', 'Do not ask')
    .action(
      run(async (cli, id: string, { yes }: { yes?: true }) => {
        const client = await cli.client();
        const money = await moneyOf(cli);
        const proposal = (await client.getClearing({})).proposals.find((one) => one.id === id);
        if (proposal !== undefined) cli.say(meaningOf(proposal, money));
        if (proposal !== undefined && yes !== true) {
          if (!cli.canAsk) throw usage('To answer without being asked, add --yes.');
          if (!(await confirm(question))) throw cancelled();
        }
        const clearing = await client.answerProposal({ id, agrees });
        const now = clearing.proposals.find((one) => one.id === id);
        return { document: { proposal: now ?? null }, text: answeredText(now) };
      }),
    );
}

const SOUGHT = {
  always: 'Circles of debt are looked for after payments and every now and then.',
  asked: 'Circles of debt are looked for when you say so: geo clear run',
  never: 'Circles of debt are not looked for here: the setting `clearing` is never (geo config path).',
} as const;

function statusText({ sought, equivalents, proposals }: Clearing, money: ShowMoney): string {
  const rows = equivalents.map(({ equivalent, owedToMe, owedByMe, atMost }) => [
    equivalent,
    money(owedToMe, equivalent),
    money(owedByMe, equivalent),
    money(atMost, equivalent),
  ]);
  const right = 'right' as const;
  const heads = [
    { title: 'IN' },
    { title: 'OWED TO YOU', align: right },
    { title: 'OWED BY YOU', align: right },
    { title: 'AT MOST CLEARED', align: right },
  ];
  const waiting = proposals.filter(({ state }) => state === 'PROPOSED').length;
  const asked =
    waiting === 0
      ? ''
      : waiting === 1
        ? 'One waits for your word: geo clear list'
        : `${waiting} wait for your word: geo clear list`;
  return [SOUGHT[sought], table(heads, rows), asked].filter((part) => part !== '').join('\n\n');
}

function foundText({ cleared, clearing }: Result<'seekRings'>, money: ShowMoney): string {
  if (clearing.sought === 'never') return SOUGHT.never;
  if (cleared.length === 0) {
    const isAny = clearing.equivalents.some(({ atMost }) => unitsOf(atMost) > 0n);
    return isAny
      ? 'No circle was found. There may be none now: one appears when somebody pays the right one.'
      : 'There is nothing to clear: for a circle you have to owe somebody, and somebody has to owe you.';
  }
  return cleared
    .map(({ equivalent, amount, participants }) => {
      const names = participants.map(nameOf);
      return line`${bold(money(amount, equivalent))} less each: ${[...names, names[0] ?? ''].join(' owes ')}`;
    })
    .join('\n');
}

function listText(proposals: readonly Proposal[], money: ShowMoney): string {
  if (proposals.length === 0) {
    return 'No clearing was proposed. You are asked only where you said so: geo trust set … --no-auto-clearing';
  }
  return proposals.map((one) => `${bold(one.id).trusted}\n${meaningOf(one, money)}\n${stateText(one)}`).join('\n\n');
}

function meaningOf({ equivalent, debtor, creditor, amount, participants }: Proposal, money: ShowMoney): string {
  const circle = participants.map(nameOf).join(' ← ');
  return line`${nameOf(debtor)} would owe you ${money(amount, equivalent)} less, and you would owe ${nameOf(creditor)} as much less (${circle} ← you).`;
}

function stateText({ state, id, expiresAtMs }: Proposal): string {
  switch (state) {
    case 'PROPOSED':
      return `Waits for you until ${when(expiresAtMs)}: geo clear accept ${id}, or geo clear reject ${id}`;
    case 'WAITING_CONFIRMATIONS':
      return `You agreed. Others are asked, until ${when(expiresAtMs)}.`;
    case 'COMMITTED':
      return 'Cleared.';
    case 'REJECTED':
      return 'Not cleared: somebody said no, or nobody answered in time.';
  }
}

function answeredText(proposal: Proposal | undefined): string {
  if (proposal?.state === 'WAITING_CONFIRMATIONS') {
    return 'You agreed. It is cleared as soon as everybody else on the circle is there and agrees.';
  }
  if (proposal?.state === 'COMMITTED') return 'Cleared.';
  return 'You said no. Nothing was cleared, and you are not asked again about this debt for a day.';
}
