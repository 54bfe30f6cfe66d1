/** What an operator does about the books of a hub: `geo hub audit`, `geo hub blocked`, `geo hub unblock`. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '#node/cli/exit-codes.ts';
import { wholeNumber } from '#node/cli/parse.ts';
import { Stop } from '#node/cli/problem.ts';
import { when } from '#node/cli/show.ts';
import { bad, bold, dim, good, line, safeJson } from '#node/cli/text.ts';
import { readConfig } from '#node/config.ts';
import type { BlockedAccount } from '../integrity/blocked.ts';
import { type AuditView, MOST_AUDIT_ENTRIES, UNBLOCK_PATH, type UnblockView } from '../web/operator.ts';
import { askHub } from './ask.ts';
import { readAudit, readBlocked } from './overseeing.ts';

interface Common {
  readonly dataDir?: string;
  readonly json?: true;
}

/** What a command that was carried out ends with. */
type End = (code: ExitCode) => void;

/** The name of whoever types, as this system knows it. */
export function whoTypes(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without a name, as in containers.
    return 'operator';
  }
}

export function addOperatorCommands(hub: Command, end: End): void {
  withCommon(hub.command('audit'))
    .description('Show what checks found and what operators did, and whether the log is as it was written')
    .option('--last <number>', 'How many of the newest entries', '50')
    .action(async (options: Common & { last: string }) => {
      const most = wholeNumber('how many entries', 1, MOST_AUDIT_ENTRIES)(options.last);
      end(showAudit(await readAudit(folderOf(options), most), options.json === true));
    });
  withCommon(hub.command('blocked'))
    .description('Show the accounts on which nothing new happens, because a check found them broken')
    .action(async (options: Common) => {
      const { blocked } = await readBlocked(folderOf(options));
      const text = blocked.length === 0 ? 'No account is blocked.' : blocked.map(blockedText).join('\n\n');
      say(options.json === true, { blocked }, text);
    });
  withCommon(hub.command('unblock'))
    .description('Let an account be used again, both of its ends; what is still broken is blocked again at once')
    .argument('<participant>', 'PID or public key of one of the two, as `geo hub blocked` shows it')
    .argument('<neighbour>', 'PID or public key of the other')
    .argument('<equivalent>', 'Such as UAH')
    .requiredOption('--reason <text>', 'Why it is in order again: for the audit log')
    .option('--by <name>', 'Who does it: for the audit log', whoTypes())
    .action(unblock);
}

function withCommon(command: Command): Command {
  return command
    .option('--data-dir <folder>', 'Folder of the hub (else GEO_DATA_DIR, else the usual place of this system)')
    .option('--json', 'One JSON document on standard output, errors too');
}

function folderOf({ dataDir }: Common): string {
  return readConfig({ flags: { dataDir }, environment: process.env }).dataDir;
}

function say(json: boolean, document: object, text: string): void {
  process.stdout.write(json ? `${safeJson({ schema: 1, ...document })}\n` : `${text}\n`);
}

function showAudit(view: AuditView, json: boolean): ExitCode {
  const { total, entries, flaw } = view;
  const lines = entries.map(({ number, atMs, who, what, words, facts }) => {
    const details = facts
      .map(({ name, value }) => line`\n      ${dim(name.replace(/AtMs$/, ''))} ${shownFact(name, value)}`)
      .join('');
    return line`${number}  ${when(atMs)}  ${bold(who)}  ${what}: ${words}${{ trusted: details }}`;
  });
  const shown = entries.length < total ? ` Shown are the newest ${entries.length} of ${total} entries.` : '';
  const verdict =
    flaw === null
      ? line`${good('The log is as it was written.')}${shown}`
      : line`${bad(`The log is broken at entry ${flaw.number}: ${flaw.what}.`)} Somebody or something changed it. Keep a copy of the data folder as it is, and compare it with a backup.`;
  say(json, view, [...lines, verdict].join('\n'));
  return flaw === null ? EXIT.done : EXIT.error;
}

function blockedText({
  participant,
  participantPid,
  neighbour,
  neighbourPid,
  equivalent,
  sinceMs,
  why,
}: BlockedAccount & { readonly participantPid: string; readonly neighbourPid: string }): string {
  return [
    line`${bold(participantPid)} with ${bold(neighbourPid)} in ${bold(equivalent)}, since ${when(sinceMs)}`,
    line`  ${why}`,
    line`  ${dim(`keys ${participant} and ${neighbour}`)}`,
  ].join('\n');
}

async function unblock(
  participant: string,
  neighbour: string,
  equivalent: string,
  options: Common & { readonly reason: string; readonly by: string },
): Promise<void> {
  const body = { participant, neighbour, equivalent, by: options.by, why: options.reason };
  const answer = await askHub<UnblockView>(folderOf(options), 'POST', UNBLOCK_PATH, body);
  const { letGo, blockedAgain } = answer;
  const facts = { participant, neighbour, equivalent };
  if (letGo.length === 0) {
    const message = `No account between ${participant} and ${neighbour} in ${equivalent} is blocked. \`geo hub blocked\` lists those that are.`;
    throw new Stop({ code: 'not-blocked', message, facts, exitCode: EXIT.error });
  }
  const [still] = blockedAgain;
  if (still !== undefined) {
    const message = `The account is still broken, and blocked again: ${still.why}. Mend the books first; both acts are in the audit log.`;
    throw new Stop({ code: 'still-broken', message, facts: { ...facts, why: still.why }, exitCode: EXIT.error });
  }
  say(
    options.json === true,
    answer,
    `${letGo.length === 1 ? 'One end' : 'Both ends'} of the account may be used again; the books were checked.`,
  );
}

/** Times are written as people read them. */
function shownFact(name: string, value: string | number | boolean | null): string {
  return name.endsWith('AtMs') && Number(value) > 0 ? when(Number(value)) : String(value);
}
