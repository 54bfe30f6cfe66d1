/**
 * Small internets of network namespaces: a public network, and private ones each behind a router that translates addresses
 * as those of households do. Nothing leaves them: they are connected with each other only.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEEDED = 'Tests of relays and routers make network namespaces';

/** The public network; of those for documentation, so that a mistake reaches nobody. */
const PUBLIC = '203.0.113';
/** All households have the same one, as in life. */
const PRIVATE = '192.168.1';
const HOME = `${PRIVATE}.2`;

export interface Machine {
  /** Of its namespace. */
  readonly name: string;
  readonly address: string;
}

export interface Household {
  readonly machine: Machine;
  /** Of its router, as others see it. */
  readonly publicAddress: string;
  /** Passes a port of the router on to the machine. */
  forward(port: number): Promise<void>;
}

export class Internet {
  readonly #prefix = `geo${process.pid}`;
  readonly #names: string[] = [];
  #links = 0;

  private constructor() {}

  /** Throws, with what to install, where it cannot be made: a test that cannot run has not passed. */
  static async create(): Promise<Internet> {
    if (process.getuid?.() !== 0) throw new Error(`${NEEDED}: run them as root.`);
    for (const [tool, argument] of [
      ['ip', '-V'],
      ['nft', '-v'],
    ] as const) {
      await run(tool, [argument]).catch((cause: unknown) => {
        throw new Error(`${NEEDED} with \`${tool}\`: apt-get install iproute2 nftables`, { cause });
      });
    }
    const internet = new Internet();
    try {
      await internet.#add('net');
      await internet.#in('net', 'ip link add br0 type bridge');
      await internet.#in('net', 'ip link set br0 up');
    } catch (cause) {
      internet.close();
      throw new Error(`${NEEDED}, which this system does not let them make`, { cause });
    }
    process.once('exit', () => internet.close());
    return internet;
  }

  /** A machine with an address of its own: 203.0.113.`host`. */
  async machine(name: string, host: number): Promise<Machine> {
    const address = `${PUBLIC}.${host}`;
    await this.#add(name);
    await this.#plugIn(name, address);
    return { name: this.#full(name), address };
  }

  /** A machine at 192.168.1.2 behind a router at 203.0.113.`host`, which lets out all and in what answers to it. */
  async household(name: string, host: number): Promise<Household> {
    const [router, publicAddress] = [`${name}-router`, `${PUBLIC}.${host}`];
    await this.#add(router);
    await this.#plugIn(router, publicAddress);
    await this.#add(name);
    await run(
      'ip',
      `link add lan netns ${this.#full(router)} type veth peer name eth0 netns ${this.#full(name)}`.split(' '),
    );
    await this.#in(router, `ip addr add ${PRIVATE}.1/24 dev lan`, 'ip link set lan up');
    await this.#in(
      name,
      `ip addr add ${HOME}/24 dev eth0`,
      'ip link set eth0 up',
      `ip route add default via ${PRIVATE}.1`,
    );
    await this.#in(router, 'sysctl -qw net.ipv4.ip_forward=1');
    await this.#rules(router, NAT);
    return {
      machine: { name: this.#full(name), address: HOME },
      publicAddress,
      forward: async (port) =>
        this.#rules(
          router,
          `add rule ip home coming iifname "wan" tcp dport ${port} dnat to ${HOME}
           add rule ip home through iifname "wan" tcp dport ${port} accept`,
        ),
    };
  }

  /** Removes all of it; what still runs inside loses its network. */
  close(): void {
    for (const name of this.#names.splice(0).reverse()) {
      try {
        execFileSync('ip', ['netns', 'del', this.#full(name)]);
      } catch {
        // It was not made, or somebody removed it.
      }
    }
  }

  #full(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  async #add(name: string): Promise<void> {
    this.#names.push(name);
    await run('ip', ['netns', 'add', this.#full(name)]);
    await this.#in(name, 'ip link set lo up');
  }

  async #plugIn(name: string, address: string): Promise<void> {
    const port = `p${this.#links++}`;
    await run(
      'ip',
      `link add ${port} netns ${this.#full('net')} type veth peer name wan netns ${this.#full(name)}`.split(' '),
    );
    await this.#in('net', `ip link set ${port} master br0`, `ip link set ${port} up`);
    await this.#in(name, `ip addr add ${address}/24 dev wan`, 'ip link set wan up');
  }

  async #in(name: string, ...commands: string[]): Promise<void> {
    for (const command of commands) await run('ip', ['netns', 'exec', this.#full(name), ...command.split(' ')]);
  }

  async #rules(name: string, rules: string): Promise<void> {
    await run('ip', ['netns', 'exec', this.#full(name), 'nft', rules]);
  }
}

/** What comes in unasked is dropped without a word, as routers of households do. */
const NAT = `
add table ip home
add chain ip home coming { type nat hook prerouting priority dstnat; }
add chain ip home going { type nat hook postrouting priority srcnat; }
add rule ip home going oifname "wan" masquerade
add chain ip home through { type filter hook forward priority filter; policy drop; }
add rule ip home through ct state established,related accept
add rule ip home through iifname "lan" accept
add chain ip home self { type filter hook input priority filter; policy drop; }
add rule ip home self ct state established,related accept
add rule ip home self iifname "lan" accept
`;
