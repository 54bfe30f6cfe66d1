/** The calls that the page may make, and what each of them takes: whatever has another form is refused before anything. */
import { z } from 'zod';
import { eventsQuery } from '#node/api/contract.ts';
import { MAX_BACKUP_CHARACTERS } from '#node/first-run.ts';
import { ROUTES, type Used } from '../ui/src/operations.ts';

/** Text from a form: far longer than anybody types, far shorter than what would cost anything. */
const typed = z.string().max(4_096);
const passphrase = typed.nullable();
const backup = z.string().max(MAX_BACKUP_CHARACTERS);
const nothing = z.strictObject({});

/** What is called over `geo:NAME`, with what it takes. */
export const calls = {
  ask: z.strictObject({
    name: z.enum(Object.keys(ROUTES) as [Used, ...Used[]]),
    input: z.record(z.string(), z.unknown()),
  }),
  getSituation: nothing,
  getFirstRun: nothing,
  makeIdentity: z.strictObject({ name: typed, words: typed.nullable(), backup: backup.nullable(), passphrase }),
  endFirstRun: nothing,
  unlock: z.strictObject({ passphrase: typed, remember: z.boolean() }),
  tryAgain: nothing,
  getSettings: nothing,
  setSettings: z.strictObject({ startAtLogin: z.boolean(), notifications: z.boolean() }),
  saveSupportBundle: nothing,
} as const;

export type Call = keyof typeof calls;
export type CallInput<C extends Call> = z.output<(typeof calls)[C]>;

/** What comes with the port of a stream of events. */
export const streamRequest = z.strictObject({ since: eventsQuery.shape.since.unwrap().nullable() });

/** The channel of a call. */
export function channelOf(call: Call): string {
  return `geo:${call}`;
}

/** A page hands over a port on which it wants to hear of events. */
export const EVENTS_CHANNEL = 'geo:events';
/** A page is ready to be sent to places. */
export const PLACE_WANTED_CHANNEL = 'geo:place-wanted';
/** To the page: how things stand with the node, and where to go. */
export const SITUATION_CHANNEL = 'geo:situation';
export const PLACE_CHANNEL = 'geo:place';
