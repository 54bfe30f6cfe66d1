import type { Result } from '../../api/contract.ts';
import type { AddVerb } from '../cli.ts';
import { wholeNumber, whoText } from '../parse.ts';
import { count, nameOf, span, when } from '../show.ts';
import { list, table } from '../table.ts';
import { line } from '../text.ts';

const DEFAULT_WAIT_S = 5;
const MAX_WAIT_S = 60;

export const addPeer: AddVerb = (program, run) => {
  const peer = program
    .command('peer')
    .description('Show how the node is connected: neighbours, directory, bootstrap nodes, local network; or connect')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const [{ peers, reachability }, network] = await Promise.all([client.listPeers(), client.getNetwork()]);
        const text = `${networkText(peers, network)}\n\n${await reachText(reachability)}`;
        return { document: { peers, reachability, network }, text };
      }),
    );

  peer
    .command('list')
    .description('Show who is connected now, and why others are not')
    .action(
      run(async (cli) => {
        const client = await cli.client();
        const { peers, reachability } = await client.listPeers();
        return { document: { peers, reachability }, text: `${peersText(peers)}\n\n${await reachText(reachability)}` };
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
          : line`Not connected with ${name} yet${result.trouble === null ? '' : `: ${result.trouble.text}`}. The node goes on trying; see \`geo peer list\`.`;
        return { document: result, text };
      }),
    );
};

type Peers = Result<'listPeers'>['peers'];
type Network = Result<'getNetwork'>;

/** How others reach this node, in a sentence. */
async function reachText({ direct, relays }: Result<'listPeers'>['reachability']): Promise<string> {
  const { reachWords } = await import('../../reach-words.ts');
  return line`${reachWords(direct, relays.map(nameOf))}`;
}

function peersText(peers: Peers): string {
  const rows = peers.map(({ participant, address, linkedAtMs, trouble }) => [
    nameOf(participant),
    linkedAtMs === null ? 'no' : when(linkedAtMs),
    address ?? trouble?.text ?? 'being tried',
  ]);
  const heads = [{ title: 'WHO' }, { title: 'CONNECTED SINCE' }, { title: 'WHERE, OR WHY NOT' }];
  return table(heads, rows) || 'There is nobody to be connected with yet.';
}

function networkText(peers: Peers, { addresses, directory, bootstrap, lan }: Network): string {
  const facts = list([
    ['This node', addresses.join(', ') || 'nobody can call it: it listens nowhere'],
    ['Directory', directoryText(directory)],
    ['Own record', directory === null ? undefined : recordText(directory.published)],
    ['Local network', lan === null ? 'not asked' : `${count(lan.length, 'node')} found`],
  ]);
  const found = table(
    ['ON THE LOCAL NETWORK', 'SEEN', 'WHERE'].map((title) => ({ title })),
    (lan ?? []).map(({ participant, addresses, foundAtMs }) => [
      ...[nameOf(participant), when(foundAtMs), addresses.join(', ')],
    ]),
  );
  const entries = table(
    ['BOOTSTRAP NODE', 'REACHED', 'WHERE, OR WHY NOT'].map((title) => ({ title })),
    bootstrap.map(({ participant, address, reachedAtMs, trouble }) => [
      ...[nameOf(participant), reachedAtMs === null ? 'no' : when(reachedAtMs), trouble?.text ?? address],
    ]),
  );
  return [facts, peersText(peers), entries, found].filter((part) => part !== '').join('\n\n');
}

function directoryText(directory: Network['directory']): string {
  if (directory === null) return 'this node takes no part in it';
  const { nodes, heardOf, records, lookUps } = directory;
  const looking = lookUps.map(({ pid, asked }) => `; looking for ${pid}, ${count(asked, 'node')} asked`).join('');
  return `${count(nodes, 'node')} in the routing table, ${heardOf} more heard of; ${count(records, 'record')} kept${looking}`;
}

function recordText(published: NonNullable<Network['directory']>['published']): string {
  if (published === null) return 'nobody has it yet: there was no other node so far';
  const { atMs, copies } = published;
  return `${count(copies, 'node')} took it ${span(Math.max(0, Date.now() - atMs))} ago`;
}
