/** Where calls of the page arrive: who calls is checked first, then what with, and only then is anything done. */
import type { Answer } from '../preload/bridge.ts';
import { no, type StreamPort, streamTo } from './carrier.ts';
import {
  type Call,
  type CallInput,
  calls,
  channelOf,
  EVENTS_CHANNEL,
  PLACE_WANTED_CHANNEL,
  streamRequest,
} from './channels.ts';
import { type CallingFrame, isOwnFrame } from './origin.ts';

/** What carries out each call. */
export type Receivers = { readonly [C in Call]: (input: CallInput<C>) => Promise<Answer> };

/** What Electron tells of whoever calls. */
export interface CallEvent {
  readonly senderFrame: CallingFrame | null;
  readonly ports?: readonly StreamPort[];
}

/** As much of Electron's `ipcMain` as is used. */
export interface Ipc {
  handle(channel: string, listener: (event: CallEvent, ...args: unknown[]) => Promise<Answer>): void;
  on(channel: string, listener: (event: CallEvent, ...args: unknown[]) => void): unknown;
}

/** Takes calls from now on. */
export function receiveCalls(
  ipc: Ipc,
  { receivers, folder, onPlaceWanted }: { receivers: Receivers; folder: string; onPlaceWanted: () => void },
): void {
  for (const call of Object.keys(calls) as Call[]) {
    ipc.handle(channelOf(call), ({ senderFrame }, ...args) => receive(receivers, call, senderFrame, args));
  }
  ipc.on(EVENTS_CHANNEL, ({ senderFrame, ports = [] }, ...args) => {
    const request = streamRequest.safeParse(args[0]);
    const [port] = ports;
    if (isOwnFrame(senderFrame) && request.success && ports.length === 1 && port !== undefined) {
      void streamTo(folder, port, request.data.since);
    } else {
      for (const unwanted of ports) unwanted.close();
    }
  });
  ipc.on(PLACE_WANTED_CHANNEL, ({ senderFrame }) => {
    if (isOwnFrame(senderFrame)) onPlaceWanted();
  });
}

async function receive(
  receivers: Receivers,
  call: Call,
  frame: CallingFrame | null,
  args: readonly unknown[],
): Promise<Answer> {
  if (!isOwnFrame(frame)) return no('forbidden', 'Only the page of this program may do that.');
  const input = calls[call].safeParse(args[0]);
  if (!input.success || args.length !== 1) {
    const where = input.error?.issues[0]?.path.map(String).join('.') ?? '';
    return no('bad-request', `The page made a call that is wrong${where === '' ? '' : ` at “${where}”`}.`);
  }
  try {
    // The table of calls gives both the schema that checked the input and the type that the receiver takes.
    const carryOut = receivers[call] as (input: unknown) => Promise<Answer>;
    return await carryOut(input.data);
  } catch {
    return no('bug', 'The program met an error of its own. Nothing is known to be changed.');
  }
}
