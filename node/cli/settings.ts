/** The settings of a node as options of a command. They are checked where the config file is. */
import type { Command } from 'commander';

/** Names as in `Config`; a test holds them against its schema. */
export function withSettings(command: Command): Command {
  return command
    .option('--name <name>', 'What your contact card calls you')
    .option('--network <id>', 'Participants of different networks have nothing to do with each other')
    .option('--listen <address...>', 'Where neighbours can reach the node, such as /ip4/0.0.0.0/tcp/4610; port 0: any')
    .option('--api-host <host>', 'Where programs on this machine reach it: 127.0.0.1 or ::1')
    .option('--api-port <port>', 'Port for programs on this machine; 0: any free one')
    .option('--announce <when>', 'Put trust lines on the public map: ask (where you said so) or always')
    .option('--precision <decimals...>', 'Decimals that people enter and see, such as UAH=2')
    .option('--log-level <level>', 'The least important entries of the log, such as info or debug');
}
