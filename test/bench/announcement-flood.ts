/**
 * How long payments take while announcements flood the intermediary: 10,000 within 10 s, a third of them forged, a third
 * stale, a third validly signed by made-up participants. The floor is the same without the flood; both take turns.
 */
import { type Chain, ChainProcess, cpuMs, withChain } from './chain.ts';
import { type Bench, cost, type Figure, quantile } from './figure.ts';

const P99 = 'announcement-flood payment p99';
const MEMORY = 'announcement-flood memory';
const ANNOUNCEMENTS = 10_000;
const DURING_MS = 10_000;
const ROUNDS = 2;
const WARM_UP = 3_000;
const WARM_UP_IN_FLIGHT = 32;
const BATCH = 10;
const MIB = 2 ** 20;

async function measure({ processes, keys, addresses }: Chain): Promise<readonly Figure[]> {
  const [payer, victim] = processes as readonly [ChainProcess, ChainProcess];
  const receiver = keys.at(-1) as (typeof keys)[number];
  const source = new ChainProcess();
  try {
    await source.call('startFlood', keys[1] as (typeof keys)[number], addresses[1] ?? []);
    await payer.call('pay', receiver, WARM_UP, WARM_UP_IN_FLIGHT);
    const paying = async (untilDone: Promise<unknown>): Promise<readonly number[]> => {
      const tookMs: number[] = [];
      const end = { isDone: false };
      void untilDone.then(() => {
        end.isDone = true;
      });
      do tookMs.push(...(await payer.call('pay', receiver, BATCH, 1)));
      while (!end.isDone);
      return tookMs;
    };
    const unloaded: number[] = [];
    const loaded: number[] = [];
    const before = await victim.call('map');
    for (let round = 0; round < ROUNDS; round++) {
      const began = await cpuMs([...processes, source]);
      unloaded.push(...(await paying(new Promise((resolve) => setTimeout(resolve, DURING_MS)))));
      const between = await cpuMs([...processes, source]);
      const flood = source.call('flood', ANNOUNCEMENTS, DURING_MS);
      loaded.push(...(await paying(flood)));
      const { forged, stale, valid, tookMs } = await flood;
      const ended = await cpuMs([...processes, source]);
      console.error(
        `  sent ${forged} forged, ${stale} stale, ${valid} valid in ${Math.round(tookMs)} ms; on the map ${(await victim.call('map')).lines} lines; ` +
          `unloaded p50 ${quantile(unloaded, 0.5).toFixed(1)}, p99 ${quantile(unloaded, 0.99).toFixed(1)} ms of ${unloaded.length}; ` +
          `loaded p50 ${quantile(loaded, 0.5).toFixed(1)}, p99 ${quantile(loaded, 0.99).toFixed(1)} ms of ${loaded.length}; ` +
          `CPU of the intermediary ${cpuOf(began, between)} ms, then ${cpuOf(between, ended)} ms; ` +
          `${Math.round(ended.others - began.others)} ms of CPU went to other programs`,
      );
    }
    const after = await victim.call('map');
    return [
      cost(P99, 'ms', quantile(loaded, 0.99), quantile(unloaded, 0.99)),
      cost(MEMORY, 'MiB', Math.max(0, after.residentBytes - before.residentBytes) / MIB, null),
    ];
  } finally {
    await source.end();
  }
}

/** What the intermediary took from one look to the next. */
function cpuOf(from: { readonly own: readonly number[] }, to: { readonly own: readonly number[] }): number {
  return Math.round((to.own[1] ?? 0) - (from.own[1] ?? 0));
}

export const announcementFlood: Bench = {
  word: 'announcement-flood',
  names: [P99, MEMORY],
  run: () => withChain(3, measure),
};
