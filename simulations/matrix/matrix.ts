/** The whole matrix: all cells, what is wrong in them, and the file that people read. */
import { type Cell, playCell } from './cell.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { FAULTS } from './faults.ts';
import { jammingTable } from './jamming.ts';
import { LIES } from './lies.ts';
import { openCells, tables } from './report.ts';
import { SETTINGS } from './settings.ts';

/** Every stage × fault × role of every setting, in that order; only of faults whose names contain `only`. */
export function allCells(only = ''): readonly Cell[] {
  const faults = [...FAULTS, ...LIES].filter(({ name }) => name.includes(only));
  return SETTINGS.flatMap((setting) =>
    setting.stages.flatMap((stage) =>
      faults.flatMap((fault) => setting.roles.map((role) => playCell(setting, stage, fault, role))),
    ),
  );
}

const INTRODUCTION = `# Faults: what happens when something goes wrong

Written by \`npm run faults\`; a test plays every cell again and compares. Nothing here is opinion: each cell is one run
of the same code that a node runs, in virtual time, on a small network in which exactly one thing goes wrong, at one stage
of a payment, with one participant. Then everybody who still can goes on for 24 hours, and what came of it is written down.

## How to read a cell

\`outcome · money · time held\`

- **outcome**: *paid* or *not paid* (*cleared*, *changed*), the same for payer and receiver. *In doubt*: somebody still
  waits for an answer after 24 hours. *Received by E, not paid by A*: a liar paid it.
- **money**: what honest participants lost. **0** means: all whom nothing befell, and those who kept to the protocol, have
  exactly what they agreed to; nobody can be made to pay for another's fault or lie. What a lie cost the liar is said too.
  *E loses 10* is said of a participant whose own disk was lost with the only copy of what it was owed.
- **time held**: amounts that honest participants could not use for longer than the packet lives (30 s and 2 s a hop),
  who had to wait, and how long. **0**: nobody waited. *Open end*: until the one that is gone or silent answers, or a
  person lets go at own risk (\`geo tx let-go\`); it is credit that cannot be used meanwhile, never money.

In the stages *then its time passed* all links fail at that stage for 90 s, so that what is on its way expires, and the
fault begins when they are back: about 50 s are held by that alone.

Roles: in a payment A → B → C → D → E somebody in the middle (C) has an upstream neighbour (B, towards the payer) and a
downstream neighbour (D, towards the receiver). *The next one* of a participant is the one after it; of the last, the one
before it. A backup that is restored is from before an earlier payment of 2 that all had acknowledged.
`;

/** The text of FAULTS.md. */
export function matrixText(cells: readonly Cell[]): string {
  return `${[INTRODUCTION, openCells(cells), jammingTable(), tables(cells), elsewhereTable()].join('\n').trimEnd()}\n`;
}

function elsewhereTable(): string {
  const rows = ELSEWHERE.map(
    ({ kind, fault, file, test }) => `| ${kind} | ${fault} | [${file}](../${file}) | ${test} |`,
  );
  return [
    '## Faults that are tested elsewhere',
    '',
    'An eclipse of a light client is not among them: this version has no light clients.',
    '',
    '| of | fault | file | test |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
