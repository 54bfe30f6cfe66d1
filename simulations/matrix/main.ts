/**
 * `npm run faults`: plays the fault matrix and writes protocol/FAULTS.md. Exit 1 if anything in it is open.
 *
 * `npm run faults -- --only TEXT` plays the faults whose names contain the text, and writes nothing.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allCells, matrixText } from './matrix.ts';

const FILE = join(import.meta.dirname, '../../protocol/FAULTS.md');

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const cells = allCells(values.only);
const open = cells.filter(({ problems }) => problems.length > 0);
for (const { setting, stage, fault, role, problems } of open)
  console.error(`${setting.name}; ${stage.name}; ${fault.name}; ${role.name}: ${problems.join('; ')}`);
if (values.only === undefined) writeFileSync(FILE, matrixText(cells));
const played = cells.filter(({ reason }) => reason === null).length;
console.log(`cells=${cells.length} played=${played} open=${open.length}`);
process.exitCode = open.length === 0 ? 0 : 1;
