/** Hosts that take part in the directory. */
import type { HostPark, RecordedHost } from './hosts.ts';

/** One that enters the directory by these addresses. */
export async function startFindable(park: HostPark, ...bootstrap: readonly string[]): Promise<RecordedHost> {
  return park.start({ directory: { bootstrap, lan: false, nowMs: Date.now } });
}

/** So many, the first of which the others were told of; all have told the directory where they are. */
export async function startDirectory(park: HostPark, count: number): Promise<readonly RecordedHost[]> {
  const first = await startFindable(park);
  const hosts = [first];
  while (hosts.length < count) hosts.push(await startFindable(park, ...first.host.addresses()));
  if (count === 1) return hosts;
  for (const host of hosts) await host.untilLogged('this node can be found in the directory');
  return hosts;
}
