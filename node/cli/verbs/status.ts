import type { AddVerb } from '../cli.ts';
import { count, moneyOf, nameOf, span, when } from '../show.ts';
import { list, table } from '../table.ts';
import { bad, bold, line } from '../text.ts';

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
          ['Unfinished', count(counts.unsettled, 'payment')],
        ]);
        const held = table(
          [
            { title: 'HELD', align: 'right' },
            { title: 'ON THE ACCOUNT WITH' },
            { title: 'WAITS FOR' },
            { title: 'SINCE' },
            { title: 'TRANSACTION' },
          ],
          status.held.map((held) => [
            money(held.amount, held.equivalent),
            nameOf(held.neighbour),
            nameOf(held.waitsFor),
            when(held.sinceAtMs),
            held.txId,
          ]),
        );
        const restored =
          status.restoredAtMs === null
            ? ''
            : line`${bad('Records were lost, so the node signs nothing new until its neighbours have confirmed its accounts.')}`;
        const title = line`${bold(status.participant.name ?? 'Your node')}`;
        return {
          document: { ...status, api: url, process: pid },
          text: [title, facts, restored, held]
            .filter((part) => part !== '')
            .join('\n\n')
            .replace('\n\n', '\n'),
        };
      }),
    );
};
