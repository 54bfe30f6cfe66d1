/**
 * `npm start`: a community of real nodes on this computer, each a process of its own, carries out the rows of a file.
 *
 * With `--json`, standard output is one JSON document on one line; everything else goes to standard error.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT } from '../cli/exit-codes.ts';
import { problemOf, usage } from '../cli/problem.ts';
import { bad, line } from '../cli/text.ts';
import { packageFile } from '../entry.ts';
import { Failure } from '../failure.ts';
import { Members, membersThatFit } from './members.ts';
import { type Outcome, outcomeJson } from './outcome.ts';
import { Report } from './report.ts';
import { type Community, readCommunity } from './rows.ts';
import { carryOut } from './run.ts';

const EXAMPLE = packageFile('node/community/example.csv');

const USAGE = `Usage: npm start -- [--csv FILE] [--once] [--json] [--no-clear]

  --csv FILE   the rows to carry out (default: an example of 12 people)
  --once       stop the nodes when all is done, instead of leaving them running until Ctrl-C
  --json       say what came of it as one JSON document, the only line on standard output
  --no-clear   leave debts as they were paid; else circles of debt are cleared when all rows are carried out

Rows of the file, carried out in order:
  trust,FROM,TO,EQUIVALENT,LIMIT               FROM lets TO owe up to LIMIT; a later row changes it
  pay,FROM,TO,EQUIVALENT,AMOUNT[,ID[,GROUP]]   rows with one ID are one payment, which happens once;
                                               rows with one GROUP start together, where the first of them stands
A first row of headings, empty lines and lines that begin with # are skipped.

Exit codes: 0 every row was carried out (a refused payment is), 1 error, 3 usage or a wrong row, ${128 + constants.signals.SIGINT} stopped before the end`;

/** Problems shown of a file that has many. */
const MOST_PROBLEMS = 10;

interface Call {
  readonly csv: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly clears: boolean;
}

function readCall(argv: readonly string[]): Call | 'help' {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        csv: { type: 'string', default: EXAMPLE },
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'no-clear': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { 'no-clear': leaves, help, ...call } = values;
    return help ? 'help' : { ...call, clears: !leaves };
  } catch (error) {
    throw usage(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** The community of a file that can be carried out here; whatever is wrong is found before anything starts. */
async function communityOf(csv: string): Promise<Community> {
  const shown = csv === EXAMPLE ? relative('', csv) : csv;
  // npm changes to the folder of the package; the path was written where npm was called.
  const { INIT_CWD: callersFolder = '' } = process.env;
  const path = [csv, resolve(callersFolder, csv)].find((path) => existsSync(path)) ?? csv;
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw usage(`The file ${shown} cannot be read: ${error.code === 'ENOENT' ? 'there is none' : error.message}.`);
  });
  const community = readCommunity(bytes);
  if (!('rows' in community)) {
    const problems = community.slice(0, MOST_PROBLEMS).map(({ line, what }) => `line ${line}: ${what}.`);
    const more = community.length - problems.length;
    if (more > 0) problems.push(`and ${more} more.`);
    throw usage(`${shown} is not carried out:\n${problems.join('\n')}`, { line: community[0]?.line ?? 1 });
  }
  const { length } = community.participants;
  const most = membersThatFit(process.availableMemory());
  if (length <= most) return community;
  throw usage(
    `${shown} has ${length} participants, each of which is a process; the free memory is enough for ${most}.`,
  );
}

type Asked = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/** Resolves when somebody wants it to end: by Ctrl-C, by closing the terminal, or by no longer reading. */
function untilAsked(): Promise<Asked> {
  return new Promise((resolve) => {
    // They stay: the nodes are stopped in order however often it is asked.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => resolve('SIGPIPE'));
  });
}

async function runCommunity(
  community: Community,
  members: Members,
  { report, clears }: { readonly report: Report; readonly clears: boolean },
): Promise<Outcome> {
  const tell = report.tell.bind(report);
  tell({ type: 'starting', count: community.participants.length });
  await members.start(community, tell);
  const work = async (): Promise<Outcome> => {
    await members.link(community);
    tell({ type: 'linked' });
    return carryOut(community, members, { tell, clears });
  };
  return Promise.race([work(), members.failWhenOneEnds()]);
}

/** Carries the file out and says so; what the process ends with. */
async function run({ csv, once, json, clears }: Call): Promise<number> {
  const community = await communityOf(csv);
  const report = new Report(community, (text) => void (json ? process.stderr : process.stdout).write(text));
  const asked = untilAsked();
  const folder = await mkdtemp(join(tmpdir(), 'geo-community-')).catch((cause: unknown) => {
    throw new Failure('folder-unreadable', `No folder can be made in ${tmpdir()}: ${String(cause)}.`, { cause });
  });
  const members = new Members(folder, clears);
  let isKept = false;
  try {
    const outcome = await Promise.race([runCommunity(community, members, { report, clears }), asked]);
    if (typeof outcome === 'string') {
      report.stopping();
      return 128 + constants.signals[outcome];
    }
    report.latencies(outcome);
    if (json) process.stdout.write(`${outcomeJson(outcome)}\n`);
    if (!once) {
      report.nodes(members.all);
      let isWatched = true;
      const all = members.all.map(async ({ name, ended }) => {
        const how = await ended;
        if (isWatched) report.ended(name, how);
      });
      await Promise.race([asked, Promise.all(all)]);
      isWatched = false;
      report.stopping();
    }
    return outcome.zeroSum ? EXIT.done : EXIT.error;
  } catch (error) {
    // Whoever looks into it needs the logs.
    isKept = true;
    throw error;
  } finally {
    await members.stop();
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function main(argv: readonly string[]): Promise<number> {
  try {
    const call = readCall(argv);
    if (call !== 'help') return await run(call);
    process.stdout.write(`${USAGE}\n`);
    return EXIT.done;
  } catch (error) {
    const { code, message, facts, exitCode } = problemOf(error);
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message, facts } })}\n`);
    process.stderr.write(`${line`${bad('geo:')} ${{ trusted: message }}`}\n`);
    return exitCode;
  }
}

const exitCode = await main(process.argv.slice(2));
// Now, whatever is still open: connections that are kept alive, signals that are listened for.
process.stdout.write('', () => process.exit(exitCode));
