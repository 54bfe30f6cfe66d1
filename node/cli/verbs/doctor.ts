import { setTimeout } from 'node:timers/promises';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Client } from '../../api/client.ts';
import { attention, CHECKS, type Check, type Finding, well } from '../../doctor/finding.ts';
import { Failure } from '../../failure.ts';
import type { AddVerb, Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { count } from '../show.ts';
import { list } from '../table.ts';
import { bad, bold, dim, good, line, type Trusted } from '../text.ts';

const TITLES: Readonly<Record<Check, string>> = {
  folder: 'Data folder',
  identity: 'Identity',
  settings: 'Settings',
  process: 'Process',
  version: 'Version',
  disk: 'Disk',
  clock: 'Clock',
  ports: 'Ports',
  records: 'Records',
  backups: 'Backups',
  restored: 'Lost records',
  accounts: 'Accounts',
  links: 'Connections',
  held: 'Held amounts',
};

const LONGEST_ANSWER_MS = 3_000;

export const addDoctor: AddVerb = (program, run) => {
  program
    .command('doctor')
    .description('Look for the usual troubles and say what to do; the node need not run')
    .action(
      run(async (cli) => {
        const findings = sorted(await examine(cli));
        const troubles = findings.filter(({ state }) => state === 'attention');
        const document = { well: troubles.length === 0, findings };
        const text = findings.map(shown).join('\n');
        if (troubles.length === 0) return { document, text: `${text}\n\nAll is well.` };
        const message = `${count(troubles.length, 'thing')} ${troubles.length === 1 ? 'needs' : 'need'} your attention.`;
        const facts = { checks: troubles.map(({ check }) => check).join(',') };
        return { document, text, problem: { code: 'needs-attention', message, facts, exitCode: EXIT.error } };
      }),
    );
};

async function examine(cli: Cli): Promise<Finding[]> {
  const folder = await cli.folder();
  const { checkFolder, checkProcess, failed } = await import('../../doctor/folder.ts');
  const ofFolder = await checkFolder(folder, Date.now());
  if (ofFolder.length === 1) return ofFolder;
  const { lockHolder } = await import('../../store/lock.ts');
  const holder = lockHolder(folder);
  const node = await runningNode(cli);
  const findings = [...ofFolder, checkProcess(holder, node !== null)];
  try {
    const config = await cli.config();
    findings.push(well('settings', { code: 'settings-usable', facts: {} }, 'They can be used.'));
    if (node === null && holder === null) {
      const { checkStopped } = await import('../../doctor/stopped.ts');
      findings.push(...(await checkStopped(config)));
    }
  } catch (error) {
    findings.push(failed('settings', error));
  }
  if (node !== null) findings.push(checkVersion(node.version), ...(await node.client.diagnose()).findings);
  return findings;
}

/** Null when nobody answers in time: a process that stands still takes what is asked and says nothing. */
async function runningNode(cli: Cli): Promise<{ client: Client; version: string } | null> {
  const late = new AbortController();
  try {
    const client = await cli.client();
    const tooLate = setTimeout(LONGEST_ANSWER_MS, null, { signal: late.signal }).catch(() => null);
    const status = await Promise.race([client.getStatus(), tooLate]);
    return status && { client, version: status.version };
  } catch (error) {
    if (error instanceof Failure && error.code === 'node-unreachable') return null;
    throw error;
  } finally {
    late.abort();
  }
}

function checkVersion(running: string): Finding {
  const own = packageJson.version;
  if (running === own) {
    return well('version', { code: 'version-same', facts: { version: own } }, `${own}, as the node that runs.`);
  }
  const advice = 'Stop the node and start it again, so that both are of one version.';
  const told = { code: 'version-differs', facts: { version: own, running } } as const;
  return attention('version', told, `This program is version ${own}, the node that runs is ${running}.`, advice);
}

/** By check; where something is wrong, nothing is said of what is right about it. */
function sorted(findings: readonly Finding[]): Finding[] {
  return CHECKS.flatMap((check) => {
    const about = findings.filter((finding) => finding.check === check);
    const worse = about.filter(({ state }) => state !== 'well');
    return worse.length > 0 ? worse : about;
  });
}

const MARKS: Readonly<Record<Finding['state'], Trusted>> = {
  well: good('ok  '),
  note: dim('note'),
  attention: bad('look'),
};

function shown({ check, state, text, advice }: Finding): string {
  const rows: [string, string | Trusted][] = [[TITLES[check].padEnd(WIDTH), text]];
  if (advice !== null) rows.push([' '.repeat(WIDTH), bold(`→ ${advice}`)]);
  return list(rows)
    .split('\n')
    .map((row, index) => line`${index === 0 ? MARKS[state] : '    '}  ${{ trusted: row }}`)
    .join('\n');
}

const WIDTH = Math.max(...Object.values(TITLES).map(({ length }) => length));
