/** All commands of `geo`. */
import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { Run } from './cli.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { addBackup } from './verbs/backup.ts';
import { addBalance } from './verbs/balance.ts';
import { addCapacity } from './verbs/capacity.ts';
import { addClear } from './verbs/clear.ts';
import { addCompletion } from './verbs/completion.ts';
import { addConfig } from './verbs/config.ts';
import { addContact } from './verbs/contact.ts';
import { addDoctor } from './verbs/doctor.ts';
import { addEvidence } from './verbs/evidence.ts';
import { addExport } from './verbs/export.ts';
import { addHelp } from './verbs/help.ts';
import { addHistory } from './verbs/history.ts';
import { addHub } from './verbs/hub.ts';
import { addId } from './verbs/id.ts';
import { addInit } from './verbs/init.ts';
import { addMove } from './verbs/move.ts';
import { addPay } from './verbs/pay.ts';
import { addPeer } from './verbs/peer.ts';
import { addReceipt } from './verbs/receipt.ts';
import { addRequest } from './verbs/request.ts';
import { addRestore } from './verbs/restore.ts';
import { addSim } from './verbs/sim.ts';
import { addStart } from './verbs/start.ts';
import { addStatement } from './verbs/statement.ts';
import { addStatus } from './verbs/status.ts';
import { addStop } from './verbs/stop.ts';
import { addToken } from './verbs/token.ts';
import { addTrust } from './verbs/trust.ts';
import { addTx } from './verbs/tx.ts';
import { addUi } from './verbs/ui.ts';
import { addVerify } from './verbs/verify.ts';

const VERBS = [
  ['Your node:', [addInit, addStart, addStop, addUi, addStatus, addDoctor, addConfig]],
  ['People and trust:', [addId, addContact, addTrust, addPeer]],
  ['Payments:', [addPay, addCapacity, addRequest, addReceipt, addBalance, addHistory, addTx, addClear]],
  ['Books and proofs:', [addStatement, addExport, addVerify, addEvidence]],
  ['Loss and moving:', [addBackup, addRestore, addMove]],
  ['More:', [addToken, addHub, addSim, addCompletion, addHelp]],
] as const;

/** The tree of commands, which writes what it has to say to `write` and throws `CommanderError` instead of exiting. */
export function buildProgram(run: Run, write: (text: string) => void): Command {
  const program = new Command('geo')
    .description('Pay through chains of trust: who may owe whom, how much, and who does.')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .helpOption('-h, --help', 'Show this')
    .version(packageJson.version, '-V, --version', 'Show the version')
    .option('--json', 'Answer with one JSON document on standard output, errors too')
    .option('--data-dir <folder>', 'Folder of the node (else GEO_DATA_DIR, else the usual place of this system)')
    .addHelpText('after', `\n${EXIT_CODES_HELP}\nBegin with:  geo init --name YOUR_NAME`);
  for (const [group, verbs] of VERBS) {
    program.commandsGroup(group);
    for (const add of verbs) add(program, run);
  }
  withoutImplicitHelp(program);
  return program;
}

/** One `geo help …` for all, instead of one in each group. */
function withoutImplicitHelp(command: Command): void {
  command.helpCommand(false);
  for (const child of command.commands) withoutImplicitHelp(child);
}
