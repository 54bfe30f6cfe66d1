/** Members who have joined, trust somebody and gave a mandate, each with an open WebSocket, and nothing happens. */
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { readHub } from '#desktop/ui/src/member/hub.ts';
import { Random } from '#simulations/random.ts';
import { type CrowdMember, forAll, newMember, patiently } from './members-crowd.ts';
import type { SoakHub } from './members-hub.ts';
import { mebibytes } from './members-run.ts';

const EQUIVALENT = 'UAH';
const LIMIT = 100_000_000_000n;
const AT_ONCE = 64;
/** All have looked after themselves once, and what was garbage is gone. */
const IDLE_MS = 60_000;
const TOLD_OF = 1_000;
const AGAIN_MS = 1_000;

export interface IdleFigures {
  readonly members: number;
  readonly sockets: number;
  /** After the members have come, while nothing happens. */
  readonly rssMiB: number;
  readonly idleCpu: number;
  /** Until the hub serves again after it was killed; then sockets that are open again, and what it takes. */
  readonly restartMs: number;
  readonly socketsAfterRestart: number;
  readonly rssAfterRestartMiB: number;
}

export async function runIdle(
  hub: SoakHub,
  { members, seed, tell }: { readonly members: number; readonly seed: number; readonly tell: (what: string) => void },
): Promise<IdleFigures> {
  await hub.start();
  const info = await readHub(hub.url);
  const random = new Random(seed);
  const crowd = Array.from({ length: members }, (_, at) => newMember(hub.url, info, random, at));
  const told = async (what: string, run: (one: CrowdMember, at: number) => Promise<unknown>): Promise<void> => {
    let count = 0;
    await forAll(crowd, AT_ONCE, async (one, at) => {
      await run(one, at);
      if (++count % TOLD_OF === 0 || count === members)
        tell(`${count} ${what}; hub ${mebibytes((await hub.rssBytes()) ?? 0)} MiB`);
    });
  };
  await told('have joined', (one) => patiently(one, () => one.connection.join(one.name, 'person', null, false)));
  await told('trust somebody', (one, at) => {
    const next = crowd[(at + 1) % members] as CrowdMember;
    return patiently(one, () => one.member.trust(next.key, EQUIVALENT, LIMIT));
  });
  let sockets = await openAll(crowd);
  tell(`${openOf(sockets)} sockets are open`);
  const cpuBefore = await hub.cpuSeconds();
  await setTimeout(IDLE_MS);
  const idleCpu = ((await hub.cpuSeconds()) - cpuBefore) / (IDLE_MS / 1_000);
  const rssMiB = mebibytes((await hub.rssBytes()) ?? 0);
  const figures = { members, sockets: openOf(sockets), rssMiB, idleCpu };
  tell(`${rssMiB} MiB, CPU ${(100 * idleCpu).toFixed(0)} %; the hub is killed`);
  await hub.kill();
  const restartMs = Math.round(await hub.start());
  tell(`it serves again after ${restartMs} ms`);
  sockets = await openAll(crowd);
  await setTimeout(IDLE_MS / 2);
  const rssAfterRestartMiB = mebibytes((await hub.rssBytes()) ?? 0);
  const socketsAfterRestart = openOf(sockets);
  tell(`${socketsAfterRestart} sockets are open again, ${rssAfterRestartMiB} MiB`);
  await hub.stop();
  return { ...figures, restartMs, socketsAfterRestart, rssAfterRestartMiB };
}

async function openAll(crowd: readonly CrowdMember[]): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = [];
  await forAll(crowd, AT_ONCE, async (one) => {
    for (;;) {
      const { done: socket } = await patiently(one, () => one.connection.openEvents(null));
      const isOpen = await Promise.race([
        once(socket, 'open').then(() => true),
        once(socket, 'close').then(() => false),
        once(socket, 'error').then(() => false),
      ]);
      if (isOpen) {
        sockets.push(socket);
        return;
      }
      // A browser is not told why: so many at once are too many for the hub.
      await setTimeout(AGAIN_MS * (1 + Math.random()));
    }
  });
  return sockets;
}

function openOf(sockets: readonly WebSocket[]): number {
  return sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
}
