/**
 * Walks while they bring something, probes that meet when they do not: walks cost little where rings are many, and probes
 * find what walks do not hit upon.
 */
import type { Account, Message, Participant, Strategy, View } from '../view.ts';
import { LiveAccounts } from './accounts.ts';
import { Meeting, type MeetingSettings } from './meeting.ts';

export interface WalkThenMeetSettings {
  readonly name: string;
  /** What walks, with the accounts that both know of. */
  readonly walk: (accounts: LiveAccounts) => Participant;
  readonly meeting: MeetingSettings;
  /** Turns in a row without a lowered debt of one's own after which walks give way to probes. */
  readonly patience: number;
}

export function walkThenMeet(settings: WalkThenMeetSettings): Strategy {
  return { name: settings.name, create: () => new WalkThenMeet(settings) };
}

const OF_MEETING: ReadonlySet<Message['type']> = new Set(['probe', 'found', 'excess', 'no-way']);

class WalkThenMeet implements Participant {
  readonly #patience: number;
  readonly #walk: Participant;
  readonly #meeting: Meeting;
  #fruitless = 0;
  #isMeeting = false;

  constructor({ walk, meeting, patience }: WalkThenMeetSettings) {
    const accounts = new LiveAccounts(meeting.tellsNoWay);
    this.#walk = walk(accounts);
    this.#meeting = new Meeting(meeting, accounts);
    this.#patience = patience;
  }

  join(view: View): void {
    this.#meeting.join(view);
    this.#walk.join(view);
  }

  lowered(view: View, account: Account): void {
    this.#fruitless = 0;
    this.#walk.lowered(view, account);
    this.#meeting.lowered(view, account);
  }

  begin(view: View): boolean {
    this.#isMeeting ||= this.#fruitless++ >= this.#patience;
    return (this.#isMeeting ? this.#meeting : this.#walk).begin(view);
  }

  settle(view: View): void {
    if (this.#isMeeting) this.#meeting.settle(view);
  }

  receive(view: View, message: Message, over: Account): void {
    (OF_MEETING.has(message.type) ? this.#meeting : this.#walk).receive(view, message, over);
  }
}
