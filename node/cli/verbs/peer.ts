import type { AddVerb } from '../cli.ts';
import { wholeNumber, whoText } from '../parse.ts';
import { nameOf, when } from '../show.ts';
import { table } from '../table.ts';
import { line } from '../text.ts';

const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 60;

export const addPeer: AddVerb = (program, run) => {
  const peer = program.command('peer').description('Show and make connections');

  peer
    .command('list')
    .description('Show who is connected now')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const { peers } = await client.listPeers();
        const rows = peers.map(({ participant, address, linkedAtMs }) => [
          nameOf(participant),
          address ?? '',
          linkedAtMs === null ? '' : when(linkedAtMs),
        ]);
        const heads = [{ title: 'WHO' }, { title: 'ADDRESS' }, { title: 'CONNECTED SINCE' }];
        return { document: { peers }, text: table(heads, rows) || 'Nobody is connected now.' };
      }),
    );

  peer
    .command('connect')
    .description('Stay connected with someone')
    .argument('<who>', 'alias, PID, key or contact card', whoText)
    .argument('[addresses...]', 'where, such as /ip4/192.0.2.1/tcp/4610; else the known addresses')
    .option(
      '--wait <seconds>',
      'How long to wait for the connection',
      wholeNumber('a number of seconds', 0, MAX_WAIT_S),
      DEFAULT_WAIT_S,
    )
    .action(
      run(async (cli, who: string, addresses: string[], options: { wait: number }) => {
        const client = await cli.client();
        const result = await client.connectPeer({
          who,
          ...(addresses.length > 0 && { addresses }),
          waitMs: options.wait * 1_000,
        });
        const name = nameOf(result.participant);
        const text = result.linked
          ? line`Connected with ${name}.`
          : line`Not connected with ${name} yet. The node goes on trying; see \`geo peer list\`.`;
        return { document: result, text };
      }),
    );
};
