/**
 * Something goes wrong at every place where it can: each save of each participant is crashed once in both ways, each
 * message is once lost, once doubled, and once comes after all is over; and each two of these in one run.
 */
import { nameOf, problemsOf } from './healed.ts';
import { HEALED_MS, type Plan, planned } from './plans.ts';
import type { Crash, Delivery, Run } from './run.ts';

/** One run in which something went wrong. */
export interface Trial {
  /** Plan and place, so that it can be found again. */
  readonly what: string;
  /** None: all is as if nothing had gone wrong. */
  readonly problems: readonly string[];
  readonly outcome: string;
}

/** One thing that goes wrong once: at a save of a participant, or at a message. */
type Mishap = { readonly what: string } & (
  | { readonly participant: number; readonly save: number; readonly crash: Crash }
  | { readonly message: number; readonly delivery: Delivery }
);

const SOON_MS = 2_000;
/** Long after what was on its way has expired. */
const LONG_MS = 600_000;
const STORM_TIMES = 20;
const STORM_MS = 130;
/** Later than anything that the run has to say. */
const LATE_MS = 90 * 60_000;
const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ['lost', 'lost'],
  ['doubled', 'twice'],
  ['late', LATE_MS],
];

/** Each durable batch of each participant, in both ways to crash at it, for a moment and for long. */
export function everySave(plan: Plan): readonly Trial[] {
  return [...savesOf(plan, SOON_MS), ...savesOf(plan, LONG_MS)].map((mishap) => trial(plan, [mishap]));
}

/** Each message, in each way in which it can go astray. */
export function everyMessage(plan: Plan): readonly Trial[] {
  return messagesOf(plan).map((mishap) => trial(plan, [mishap]));
}

/** Each two of these in one run; the second may well befall what the first one caused. */
export function everyTwo(plan: Plan): readonly Trial[] {
  const mishaps = [...savesOf(plan, SOON_MS), ...messagesOf(plan)];
  return mishaps.flatMap((first, at) => mishaps.slice(at + 1).map((second) => trial(plan, [first, second])));
}

/** At each message, every set of links that can be cut, for so long that what is on its way expires. */
export function everyPartition(plan: Plan): readonly Trial[] {
  const sets = Array.from({ length: 2 ** plan.links.length - 1 }, (_, bits) =>
    plan.links.filter((_link, at) => (((bits + 1) >> at) & 1) === 1),
  );
  return disturbedAtEachMessage(plan, sets, (run, links) => {
    run.setPartition(links, true);
    run.after(LONG_MS, () => run.setPartition(links, false));
  });
}

/** From each message on, one direction of one link swallows everything for a while, and both ends think it is up. */
export function everyClog(plan: Plan): readonly Trial[] {
  const ways = plan.links.flatMap(([a, b]) => [[[a, b] as const], [[b, a] as const]]);
  return disturbedAtEachMessage(plan, ways, (run, [way]) => {
    if (way !== undefined) run.clog(way[0], way[1], LONG_MS);
  });
}

/** At each message all links break and come back, again and again. */
export function everyStorm(plan: Plan): readonly Trial[] {
  return disturbedAtEachMessage(plan, [plan.links], (run, links) => {
    for (let time = 0; time < STORM_TIMES; time++) {
      for (const up of [false, true]) {
        run.after(time * STORM_MS + (up ? STORM_MS / 2 : 0), () => {
          for (const [a, b] of links) run.setLink(a, b, up);
        });
      }
    }
  });
}

function disturbedAtEachMessage(
  plan: Plan,
  sets: readonly Plan['links'][],
  disturb: (run: Run, links: Plan['links']) => void,
): readonly Trial[] {
  const { messages } = play(plan, []).counts;
  const trials: Trial[] = [];
  for (let message = 1; message <= messages; message++) {
    for (const links of sets) {
      const run = planned(plan);
      run.watch({
        onMessage: ({ number }) => {
          if (number === message) run.after(0, () => disturb(run, links));
          return null;
        },
      });
      plan.begin(run);
      run.run(HEALED_MS);
      const what = `${plan.name}: from message ${message} on, ${links.map((link) => link.map(nameOf).join('')).join(' ')}`;
      trials.push({ what, problems: problemsOf(run), outcome: plan.outcome(run) });
    }
  }
  return trials;
}

/** The plan with nothing going wrong: what all trials are measured against. */
export function undisturbed(plan: Plan): Trial {
  return trial(plan, []);
}

function savesOf(plan: Plan, restartMs: number): readonly Mishap[] {
  const mishaps: Mishap[] = [];
  for (const [participant, count] of play(plan, []).counts.saves.entries()) {
    for (let save = 1; save <= count; save++) {
      for (const disk of ['batch lost', 'effects lost'] as const) {
        const what = `${nameOf(participant)} crashes at save ${save} (${disk}) for ${restartMs / 1_000} s`;
        mishaps.push({ what, participant, save, crash: { disk, restartMs } });
      }
    }
  }
  return mishaps;
}

function messagesOf(plan: Plan): readonly Mishap[] {
  const run = planned(plan);
  const mishaps: Mishap[] = [];
  run.watch({
    onMessage: ({ number, from, to, message }) => {
      for (const [word, delivery] of DELIVERIES) {
        const what = `message ${number} (${message.type} ${nameOf(from)} to ${nameOf(to)}) is ${word}`;
        mishaps.push({ what, message: number, delivery });
      }
      return null;
    },
  });
  plan.begin(run);
  run.run(HEALED_MS);
  return mishaps;
}

function play(plan: Plan, mishaps: readonly Mishap[]): Run {
  const run = planned(plan);
  run.watch({
    onSave: ({ index }, number) => {
      for (const mishap of mishaps) {
        if ('save' in mishap && mishap.participant === index && mishap.save === number) return mishap.crash;
      }
      return null;
    },
    onMessage: ({ number }) => {
      for (const mishap of mishaps) if ('message' in mishap && mishap.message === number) return mishap.delivery;
      return null;
    },
  });
  plan.begin(run);
  run.run(HEALED_MS);
  return run;
}

function trial(plan: Plan, mishaps: readonly Mishap[]): Trial {
  const run = play(plan, mishaps);
  const what = mishaps.map((mishap) => mishap.what).join(', and ');
  return { what: `${plan.name}: ${what}`, problems: problemsOf(run), outcome: plan.outcome(run) };
}
