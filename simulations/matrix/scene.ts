/**
 * A scene: one plan, stopped at one stage of it, where one fault befalls one participant.
 */
import type { MessageType } from '#protocol/link.ts';
import type { Participant } from '../participant.ts';
import { type Plan, planned } from './plans.ts';
import type { Delivery, Letter, Run } from './run.ts';

/** A message of this kind from one to another: just sent, or just handled by the other. */
interface Moment {
  readonly when: 'sent' | 'handled';
  readonly type: MessageType;
  readonly from: number;
  readonly to: number;
}

/** How far a plan has come when the fault begins. */
export interface Stage {
  readonly name: string;
  readonly moment: 'before' | 'after' | Moment;
  /** All links fail at the stage and come back when the packet has expired; then the fault begins. */
  readonly isExpired: boolean;
}

/** Whom a fault may befall. */
export interface Role {
  readonly name: string;
  readonly index: number;
  /** The ones before and after it on the route, if any. */
  readonly previous: number | null;
  readonly next: number | null;
}

/** What can go wrong with one participant. */
export interface Fault {
  readonly name: string;
  readonly isLie: boolean;
  /** Begins it. Gives the reason if there is nothing that it could be here. */
  begin(scene: Scene, role: Role): string | null;
  /** Why it came to nothing, if it never got to do anything. */
  readonly idle?: string;
}

/** All who stand on the routes, and the stages and roles to try. */
export interface Setting {
  readonly kind: 'payment' | 'clearing' | 'trust line';
  readonly name: string;
  readonly plan: Plan;
  readonly roles: readonly Role[];
  readonly stages: readonly Stage[];
  /** How late a message of the plan itself is. */
  readonly delay?: (letter: Letter) => Delivery | null;
}

/** Longer than any packet here lives. */
const PAST_EXPIRY_MS = 90_000;
const MOMENT_MS = 1;
const BEFORE_MS = 50;
/** When every fault that ends is over, and the longest back-off too. */
const END_MS = 24 * 3_600_000;
/** Often enough for checkpoints and for comparing books with every neighbour, within 6 h and after that. */
const HOUSEKEEPING_MINUTES = [1, 2, 12, 13, 361, 362, 372, 373];
const UNTIL_REST_MS = 60_000;

export class Scene {
  readonly run: Run;
  readonly setting: Setting;
  /** Everything that was sent so far. */
  readonly letters: Letter[] = [];
  /** What befalls messages from now on. */
  delivery: (letter: Letter) => Delivery | null = () => null;
  /** Called when a message has been handled. */
  watcher: (letter: Letter) => void = () => undefined;
  /** Did the fault get to do anything? */
  hasActed = false;
  /** Why the fault cannot be here, or null. */
  reason: string | null = null;
  readonly nets: ReadonlyMap<number, bigint>;
  #begun = false;
  readonly #stage: Stage;
  readonly #fault: Fault;
  readonly #role: Role;

  constructor(setting: Setting, stage: Stage, fault: Fault, role: Role) {
    this.setting = setting;
    this.#stage = stage;
    this.#fault = fault;
    this.#role = role;
    this.run = planned(setting.plan);
    this.nets = new Map(this.run.participants.map((participant) => [participant.index, netOf(participant)]));
  }

  /** Plays it to its end. */
  play(): void {
    const { run, setting } = this;
    run.watch({
      onMessage: (letter) => {
        this.letters.push(letter);
        const delivery = this.delivery(letter) ?? setting.delay?.(letter) ?? null;
        this.#look('sent', letter);
        return delivery;
      },
      onHandled: (letter) => {
        this.#look('handled', letter);
        this.watcher(letter);
      },
    });
    run.keepHouse(HOUSEKEEPING_MINUTES);
    if (this.#stage.moment === 'before') this.#reached();
    run.after(BEFORE_MS, () => setting.plan.begin(run));
    if (this.#stage.moment === 'after') {
      run.run(UNTIL_REST_MS);
      this.#reached();
    }
    run.run(END_MS);
    if (!this.#begun) throw new Error(`bug: "${this.#stage.name}" is never reached`);
  }

  /** What is past, as the given participants have seen it: what they sent and what came to them. */
  seenBy(index: number): readonly Letter[] {
    return this.letters.filter(({ from, to }) => from === index || to === index);
  }

  #look(when: Moment['when'], { from, to, message }: Letter): void {
    const { moment } = this.#stage;
    if (this.#begun || typeof moment === 'string') return;
    if (moment.when === when && moment.type === message.type && moment.from === from && moment.to === to)
      this.#reached();
  }

  #reached(): void {
    this.#begun = true;
    const { run } = this;
    const begin = () => {
      this.reason = this.#fault.begin(this, this.#role);
    };
    if (!this.#stage.isExpired) {
      run.after(MOMENT_MS, begin);
      return;
    }
    const { links } = this.setting.plan;
    run.after(0, () => {
      for (const [a, b] of links) run.setLink(a, b, false);
    });
    run.after(PAST_EXPIRY_MS, () => {
      for (const [a, b] of links) run.setLink(a, b, true);
    });
    run.after(PAST_EXPIRY_MS + MOMENT_MS, begin);
  }
}

/** What all others owe a participant, less what it owes them, by its own books. */
export function netOf({ records }: Participant): bigint {
  let net = 0n;
  for (const { balance } of records.accounts()) net += balance;
  return net;
}
