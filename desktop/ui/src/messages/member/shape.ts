/** What a language has to say to members of a hub. A key that it lacks does not compile. */
import type { Messages } from '../catalogue.ts';
import type { RefusalMessages } from '../refusals/shape.ts';
import type { en } from './en.ts';
import type { hubRefusals, reworded } from './reworded-en.ts';

export type MemberKey = keyof typeof en;
export type MemberMessages = Readonly<Record<MemberKey, string>>;
/** What is said in other words where a hub, and no node, is behind the page. */
export type Reworded = Readonly<Pick<Messages, keyof typeof reworded>>;
/** What a hub refuses, and what of a node's refusals would speak of a node. */
export type HubRefusals = Readonly<Record<keyof typeof hubRefusals, string>>;

/** All of one language. */
export interface Pack {
  readonly messages: Messages;
  readonly refusals: RefusalMessages;
  readonly member: MemberMessages;
}
