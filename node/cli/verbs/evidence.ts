import type { Command } from 'commander';
import { excerpt } from '#protocol/excerpt.ts';
import { pidOf } from '#protocol/identity.ts';
import type { AddVerb, Cli, Run } from '../cli.ts';
import { EVIDENCE_WORDS } from '../evidence-words.ts';
import { EXIT } from '../exit-codes.ts';
import { withLedger } from '../ledger-source.ts';
import { writeNewFile } from '../new-file.ts';
import { Stop } from '../problem.ts';
import { when } from '../show.ts';
import { table } from '../table.ts';
import { line } from '../text.ts';

export const addEvidence: AddVerb = (program, run) => {
  const evidence = program.command('evidence').description('What shows that somebody broke its word');
  addList(evidence, run);
  addSave(evidence, run);
};

function addList(evidence: Command, run: Run): void {
  evidence
    .command('list')
    .description('Show all evidence that is kept')
    .action(
      run(async (cli) => {
        const kept = await keptIn(cli);
        const rows = kept.map(({ id, evidence: { about, kind, seenAtMs } }) => [
          when(seenAtMs),
          pidOf(about),
          EVIDENCE_WORDS[kind],
          id.slice(0, SHORTEST_ID),
        ]);
        const heads = [{ title: 'SEEN' }, { title: 'WHO' }, { title: 'WHAT' }, { title: 'ID' }];
        return {
          document: {
            evidence: kept.map(({ id, evidence: { about, kind, seenAtMs } }) => ({
              ...{ id, kind, seenAtMs },
              about: { pid: pidOf(about), publicKey: about },
            })),
          },
          text: rows.length === 0 ? 'Nobody is known to have broken its word.' : table(heads, rows),
        };
      }),
    );
}

function addSave(evidence: Command, run: Run): void {
  evidence
    .command('save')
    .description('Write evidence to a file that anyone can check with `geo verify`')
    .argument('<id>', 'its id, or how it begins')
    .requiredOption('--out <file>', 'Write it there; an existing file is not replaced')
    .action(
      run(async (cli, id: string, { out }: { out: string }) => {
        const found = (await keptIn(cli)).find((kept) => id.length >= SHORTEST_ID && kept.id.startsWith(id));
        if (found === undefined) throw unknown(id);
        await writeNewFile(out, [found.file]);
        return {
          document: { id: found.id, kind: found.evidence.kind, file: out },
          text: line`Written to ${out}. Anyone can check it:  geo verify ${out}`,
        };
      }),
    );
}

/** Enough of an id to name one piece of evidence among the few there are. */
const SHORTEST_ID = 16;

async function keptIn(cli: Cli) {
  const { evidenceIn } = await import('../../export/kept-evidence.ts');
  return withLedger(cli, async (source) => evidenceIn(await source.bytes()));
}

function unknown(id: string): Stop {
  return new Stop({
    code: 'unknown-evidence',
    message: `There is no evidence “${excerpt(id)}”; an id begins with ${SHORTEST_ID} letters at least. See \`geo evidence list\`.`,
    facts: { id },
    exitCode: EXIT.error,
  });
}
