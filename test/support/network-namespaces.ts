/** Machines on one local network, as network namespaces of this one: only root may make them. */
import { spawnSync } from 'node:child_process';

export interface LocalNetwork {
  /** Of each machine: its address, and the command in front of one that runs there. */
  readonly machines: readonly { readonly address: string; readonly command: readonly string[] }[];
  /** Nothing may run there any more. */
  remove(): void;
}

/** Two machines with a cable between them. */
export function twoMachines(): LocalNetwork {
  const names = [1, 2].map((number) => `geo-${process.pid}-${number}`);
  const [first = '', second = ''] = names;
  const remove = (): void => {
    for (const name of names) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    for (const name of names) ip('netns', 'add', name);
    ip('link', 'add', 'cable', 'netns', first, 'type', 'veth', 'peer', 'name', 'cable', 'netns', second);
    const machines = names.map((name, at) => {
      const address = `192.168.77.${at + 1}`;
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'cable');
      ip('-n', name, 'link', 'set', 'cable', 'up');
      // A machine with a way into the internet has it by that.
      ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', 'cable');
      return { address, command: ['ip', 'netns', 'exec', name] };
    });
    return { machines, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function ip(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr} (this test needs root)`);
}
