/** The settings of a node as options of a command. They are checked where the config file is. */
import type { Command } from 'commander';

/** Names as in `Config`; a test holds them against its schema. */
export function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'What your contact card calls you')
    .option('--network <id>', 'Participants of different networks have nothing to do with each other')
    .option('--listen <address...>', 'Where neighbours can reach the node, such as /ip4/0.0.0.0/tcp/4610; port 0: any')
    .option('--directory <switch>', 'Be found by PID, and find others: on or off')
    .option(
      '--bootstrap <address...>',
      'Nodes by which this one enters the directory, each ending in /p2p/ and a peer id',
    )
    .option(
      '--indexers <address...>',
      'Whom the node asks for ways to a participant, each ending in /p2p/ and a peer id',
    )
    .option('--mdns <switch>', 'Look for nodes on the local network: on or off')
    .option(
      '--public-addresses <address...>',
      'Where others reach it besides, such as /dns/geo.example.org/tcp/443/tls/ws',
    )
    .option('--relay <whom>', 'Pass on calls to others that nobody can call: off, for-neighbours or for-anyone')
    .option('--relays <address...>', 'Through whom it is called when others cannot call it directly')
    .option('--api-host <host>', 'Where programs on this machine reach it: 127.0.0.1 or ::1')
    .option('--api-port <port>', 'Port for programs on this machine; 0: any free one')
    .option('--announce <when>', 'Put trust lines on the public map: ask (where you said so) or always')
    .option('--clearing <when>', 'Look for circles of debt to clear: always, asked (geo clear run) or never')
    .option('--precision <decimals...>', 'Decimals that people enter and see, such as UAH=2')
    .option('--backup-dir <folder>', 'Folder for backup files, best on another disk')
    .option('--log-level <level>', 'The least important entries of the log, such as info or debug');
}
