import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { formatAmount } from '#protocol/amount.ts';
import type { EvidenceKind } from '#protocol/evidence.ts';
import { type PublicKey, pidOf } from '#protocol/identity.ts';
import type { Finding } from '../../export/findings.ts';
import type { CheckedFile, FileToVerify, Verification } from '../../export/verify-files.ts';
import type { AddVerb, Answer, Cli } from '../cli.ts';
import { EVIDENCE_WORDS } from '../evidence-words.ts';
import { EXIT } from '../exit-codes.ts';
import { unreadable } from '../parse.ts';
import type { Problem } from '../problem.ts';
import { count, when } from '../show.ts';
import { list } from '../table.ts';
import { bad, bold, good, line } from '../text.ts';

/** What a person looks at; `--json` has more. */
const MOST_SHOWN = 50;

export const addVerify: AddVerb = (program, run) => {
  program
    .command('verify')
    .description('Check exported ledgers, receipts and evidence; needs no node, no network and no keys')
    .argument('<file...>', 'files of `geo export json`, receipts, evidence; ledgers of neighbours are compared too')
    .action(
      run(async (cli, paths: readonly string[]) => {
        const { verifyFiles } = await import('../../export/verify-files.ts');
        const { verifyWith } = await import('#protocol/statement.ts');
        const { nodeEd25519 } = await import('../../identity/ed25519.ts');
        const files = await Promise.all(paths.map(fileAt));
        const verification = await verifyFiles(files, verifyWith(nodeEd25519), progressOf(cli));
        return answerOf(verification);
      }),
    );
};

async function fileAt(path: string): Promise<FileToVerify> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, 0);
      return { name: path, start: buffer.subarray(0, bytesRead), open: () => createReadStream(path) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function progressOf(cli: Cli): (name: string, transactions: number) => void {
  return (name, transactions) => cli.say(line`${name}: ${transactions} transactions so far`);
}

function answerOf(verification: Verification): Answer {
  const { files, findings, found, sums, isValid } = verification;
  const document = {
    valid: isValid,
    files: files.map(fileDocument),
    findings: findings.map((finding) => ({
      ...finding,
      file: files[finding.file]?.name ?? '',
      ...(finding.kind === 'proof' && { against: personOf(finding.against) }),
    })),
    found,
    sums: sums.map(({ equivalent, among, withOthers }) => ({
      equivalent,
      among: formatAmount(among),
      withOthers: formatAmount(withOthers),
    })),
  };
  const text = [
    ...files.map((file) => fileText(file, verification)),
    ...sumTexts(verification),
    ...findingTexts(verification),
    isValid ? validText(verification) : '',
  ];
  const answer: Answer = { document, text: text.filter((part) => part !== '').join('\n\n') };
  return isValid ? answer : { ...answer, problem: problemOf(verification) };
}

/** What one ledger alone cannot show is said. */
function validText({ files }: Verification): string {
  const isAlone = files.length === 1 && files[0]?.type === 'ledger';
  const limit = isAlone ? ' What its holder left out shows only beside the ledgers of its neighbours.' : '';
  return `${line`${good('Valid')}.`}${limit}`;
}

function problemOf({ findings, found }: Verification): Problem {
  const problems = findings.filter(({ kind }) => kind === 'problem').length;
  const proofs = findings.filter(({ kind }) => kind === 'proof').length;
  const what = [
    ...(problems > 0 ? [count(problems, 'problem')] : []),
    ...(proofs > 0 ? [`${count(proofs, 'proof')} that somebody broke its word`] : []),
  ];
  return {
    code: 'verification-failed',
    message: `Not valid: ${what.join(', ')}.`,
    facts: { problems, proofs, found },
    exitCode: EXIT.error,
  };
}

function personOf(publicKey: PublicKey): { pid: string; publicKey: PublicKey } {
  return { pid: pidOf(publicKey), publicKey };
}

function fileDocument(file: CheckedFile): Record<string, unknown> {
  const { name: path, type } = file;
  switch (file.type) {
    case 'ledger': {
      const { head, counts } = file.summary;
      return {
        ...{ path, type, counts },
        holder: head && personOf(head.participant),
        network: head?.network ?? null,
        createdAtMs: head?.createdAtMs ?? null,
        balances: file.summary.accounts.map(({ neighbour, equivalent, balance }) => ({
          neighbour: personOf(neighbour),
          equivalent,
          balance: formatAmount(balance),
        })),
      };
    }
    case 'receipt': {
      const { payer, receiver, total, routeAmount, ...rest } = file.receipt;
      const amounts = { total: formatAmount(total), routeAmount: formatAmount(routeAmount) };
      return { path, type, ...rest, payer: personOf(payer), receiver: personOf(receiver), ...amounts };
    }
    case 'evidence':
      return { path, type, about: personOf(file.about), kind: file.kind, seenAtMs: file.seenAtMs };
    case 'unknown':
      return { path, type };
  }
}

function fileText(file: CheckedFile, { files }: Verification): string {
  const title = files.length === 1 ? '' : `${line`${bold(file.name)}`}\n`;
  switch (file.type) {
    case 'ledger': {
      const { head, counts, accounts } = file.summary;
      if (head === null) return `${title}A ledger that cannot be read.`;
      const checkpointed =
        counts.checkpointed === 0 ? '' : `, ${counts.checkpointed} with a checkpoint that both signed`;
      return `${title}${list([
        ['Ledger of', pidOf(head.participant)],
        ['Network', head.network],
        ['As of', when(head.createdAtMs)],
        ['Accounts', `${accounts.length}${checkpointed}`],
        ['Trust lines', String(counts.lines)],
        [
          'Transactions',
          `${counts.transactions}${counts.underWay === 0 ? '' : `, ${counts.underWay} of them under way`}`,
        ],
        ['Journals', count(counts.entries, 'change')],
        ['Signatures', `${counts.signatures} checked`],
      ])}`;
    }
    case 'receipt': {
      const { payer, receiver, total, equivalent, kind, createdAtMs, txId } = file.receipt;
      const sum = `${formatAmount(total)} ${equivalent}`;
      const what =
        kind === 'clear' ? `A circle of debts of ${sum} was cleared` : `${pidOf(payer)} paid ${pidOf(receiver)} ${sum}`;
      return `${title}${list([
        ['Receipt', what],
        ['Made', `${when(createdAtMs)}, by the payer's clock`],
        ['Transaction', txId],
      ])}`;
    }
    case 'evidence':
      return `${title}${list([
        ['Evidence', EVIDENCE_WORDS[file.kind as EvidenceKind]],
        ['Against', pidOf(file.about)],
        ['Seen', when(file.seenAtMs)],
      ])}`;
    case 'unknown':
      return `${title}Neither a ledger, nor a receipt, nor evidence that proves anything.`;
  }
}

function sumTexts({ files, sums }: Verification): string[] {
  if (files.filter(({ type }) => type === 'ledger').length < 2) return [];
  return [
    `Together\n${list(
      sums.map(({ equivalent, among, withOthers }) => [
        `  ${equivalent}`,
        `${formatAmount(among)} between them (0 when all agree), ${formatAmount(withOthers)} with others`,
      ]),
    )}`,
  ];
}

function findingTexts({ findings, found, files }: Verification): string[] {
  const shown = findings.slice(0, MOST_SHOWN).map((finding) => findingText(finding, files));
  const more = found - shown.length;
  return [shown.join('\n'), more > 0 ? `… and ${more} more; --json lists up to a thousand of each file.` : ''];
}

function findingText(finding: Finding, files: readonly CheckedFile[]): string {
  const { kind, record, why, file } = finding;
  const at = finding.line === null ? '' : `, line ${finding.line}`;
  const where =
    files.length > 1 || at !== '' ? ` (${files.length > 1 ? (files[file]?.name ?? '') : 'the file'}${at})` : '';
  switch (kind) {
    case 'problem':
      return line`${bad('Problem')}: ${record}: ${why}${where}`;
    case 'proof':
      return line`${bad('Proof')} against ${pidOf(finding.against)}: ${record}: ${why}${where}`;
    case 'note':
      return line`Note: ${record}: ${why}${where}`;
  }
}
