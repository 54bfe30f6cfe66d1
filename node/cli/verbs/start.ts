import { finished } from 'node:stream';
import { pidOf } from '#protocol/identity.ts';
import type { RunningNode } from '../../assembly.ts';
import { Failure } from '../../failure.ts';
import { type Report, startInBackground, type Up } from '../background.ts';
import type { AddVerb, Answer, Cli } from '../cli.ts';
import { passphraseSource } from '../passphrase.ts';
import { type Problem, problemOf, Stop, usage } from '../problem.ts';
import { withSettings } from '../settings.ts';
import { list } from '../table.ts';
import { bad, bold, line } from '../text.ts';

interface Options {
  readonly foreground?: true;
  readonly background?: true;
  readonly untilStdinEnds?: true;
  readonly passphraseFile?: string;
}

export const addStart: AddVerb = (program, run) => {
  const command = program
    .command('start')
    .description('Run the node')
    .option('--foreground', 'Run until Ctrl-C or `geo stop`; this is what it does unless --background is given')
    .option('--background', 'Return when the node is up; `geo stop` ends it')
    .option('--until-stdin-ends', 'Stop also when standard input ends, as it does with the program that holds it')
    .option('--passphrase-file <file>', 'File with the passphrase of an encrypted identity');
  withSettings(command).action(
    run(async (cli, options: Options) => {
      const { foreground, background, untilStdinEnds } = options;
      if (background && (foreground || untilStdinEnds)) {
        const other = foreground ? '--foreground' : '--until-stdin-ends';
        throw usage(`Give either ${other} or --background, not both.`);
      }
      return background ? startApart(cli) : runHere(cli, options);
    }),
  );
};

/** Runs the node in this process until it stops. */
async function runHere(cli: Cli, options: Options): Promise<undefined> {
  const { runUntilStopped, startNode } = await import('../../node.ts');
  const config = await cli.config({ ...options });
  let node: RunningNode;
  try {
    const ownPassphrase = passphraseSource(cli, options.passphraseFile);
    const askParent = process.connected && options.passphraseFile === undefined;
    node = await startNode(config, { passphrase: askParent ? passphraseOfParent : ownPassphrase });
  } catch (error) {
    const problem = await startProblem(error, config.dataDir);
    report({ type: 'failed', problem });
    throw new Stop(problem);
  }
  const up: Up = {
    name: config.name,
    pid: pidOf(node.publicKey),
    publicKey: node.publicKey,
    api: node.apiUrl,
    addresses: node.addresses(),
    dataDir: config.dataDir,
    process: process.pid,
    frozen: node.isFrozen,
  };
  if (options.untilStdinEnds) {
    finished(process.stdin.resume(), () => void node.stop('standard input has ended'));
  }
  // Before anyone is told: whoever reads that the node is up may ask it to stop.
  const ended = runUntilStopped(node);
  report({ type: 'up', up });
  const inBackground = process.connected;
  if (inBackground) process.disconnect();
  cli.show(upAnswer(up, 'Stop it with Ctrl-C or `geo stop`.'));
  const { failure } = await ended;
  if (failure !== null) throw failure;
  if (!inBackground) cli.say('The node has stopped.');
}

/** Runs the node in a process of its own; returns when it is up. */
async function startApart(cli: Cli): Promise<Answer> {
  const argv = process.argv.slice(2).filter((argument) => argument !== '--background');
  const up = await startInBackground(await cli.folder(), argv, passphraseSource(cli, undefined));
  return upAnswer(up, 'Stop it with `geo stop`.');
}

/** Tells the process that started this one, if it listens. */
function report(report: Report): void {
  if (process.connected) process.send?.(report);
}

function passphraseOfParent(): Promise<string | null> {
  return new Promise((resolve) => {
    process.once('message', ({ passphrase }: { passphrase: string | null }) => resolve(passphrase));
    process.once('disconnect', () => resolve(null));
    report({ type: 'passphrase' });
  });
}

/** Says who holds the folder, for programs too. */
async function startProblem(error: unknown, folder: string): Promise<Problem> {
  const problem = problemOf(error);
  if (!(error instanceof Failure) || error.code !== 'folder-in-use') return problem;
  const { lockHolder } = await import('../../store/lock.ts');
  const holder = lockHolder(folder);
  return holder === null ? problem : { ...problem, facts: { process: holder.pid, sinceMs: holder.sinceMs } };
}

function upAnswer(up: Up, howToStop: string): Answer {
  const facts = list([
    ['PID', up.pid],
    ['API', up.api],
    ['Addresses', up.addresses.join(', ') || 'none: others cannot connect to this node, it connects to them'],
    ['Folder', up.dataDir],
    ['Process', String(up.process)],
  ]);
  const frozen = up.frozen ? [line`${bad('It lost records and signs nothing new:')} see \`geo restore status\`.`] : [];
  const text = [line`${bold(up.name ?? 'Your node')} is up.`, facts, ...frozen, howToStop].join('\n');
  return { document: { ...up }, text };
}
