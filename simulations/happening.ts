/** What is to happen in a simulated network at some time. Data only; `simulation.ts` plays it. */
import type { Timer } from '#protocol/event.ts';
import type { Message } from '#protocol/link.ts';
import type { Incident } from './scenario.ts';

export type Happening =
  | {
      readonly type: 'deliver';
      readonly from: number;
      readonly to: number;
      readonly epoch: number;
      readonly message: Message;
    }
  | { readonly type: 'timer'; readonly participant: number; readonly incarnation: number; readonly timer: Timer }
  | { readonly type: 'written'; readonly participant: number; readonly incarnation: number }
  | { readonly type: 'link'; readonly a: number; readonly b: number; readonly up: boolean }
  | { readonly type: 'restart'; readonly participant: number }
  | { readonly type: 'incident'; readonly incident: Incident }
  | { readonly type: 'mischief' }
  /** A restored participant's owner looks at what came back. */
  | { readonly type: 'confirm'; readonly participant: number; readonly tries: number }
  | { readonly type: 'housekeeping' }
  | { readonly type: 'heal' };
