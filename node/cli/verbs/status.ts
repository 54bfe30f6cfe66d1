import type { AddVerb } from '../cli.ts';
import { heldText } from '../held.ts';
import { restoredText } from '../restored.ts';
import { count, moneyOf, span } from '../show.ts';
import { list } from '../table.ts';
import { bold, line } from '../text.ts';

export const addStatus: AddVerb = (program, run) => {
  program
    .command('status')
    .description('Show how the node is doing, and which amounts are held and why')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const status = await client.getStatus();
        const money = await moneyOf(cli);
        const { readApiFiles } = await import('../../api/address.ts');
        const { url, pid } = await readApiFiles(await cli.folder());
        const { counts } = status;
        const facts = list([
          ['PID', status.participant.pid],
          ['Network', status.network],
          ['Node', `version ${status.version}, process ${pid}, running for ${span(status.uptimeMs)}`],
          ['API', url],
          ['Addresses', status.addresses.join(', ') || 'none: nobody can connect to this node, it connects to others'],
          ['Contacts', `${counts.contacts}, of them ${counts.linked} connected`],
          ['Trust lines', `${counts.trustLinesGiven} given, ${counts.trustLinesReceived} received`],
          ['Map', count(counts.mapLines, 'announced trust line')],
          ['Unfinished', `${count(counts.unsettled, 'payment')}${counts.unsettled > 0 ? ', see `geo tx list`' : ''}`],
        ]);
        const held = await client.listHeld();
        const restored = status.restored === null ? '' : restoredText(status.restored);
        const title = line`${bold(status.participant.name ?? 'Your node')}`;
        return {
          document: { ...status, held: held.held, totals: held.totals, api: url, process: pid },
          text: [title, facts, restored, heldText(held, money, status.startedAtMs + status.uptimeMs)]
            .filter((part) => part !== '')
            .join('\n\n')
            .replace('\n\n', '\n'),
        };
      }),
    );
};
