/** All messages that only members of a hub see, in all languages. A key that a language lacks does not compile. */
import type { Language, Messages } from '../catalogue.ts';
import { en } from './en.ts';
import { hubRefusals as enRefusals, reworded as enReworded } from './reworded-en.ts';
import { hubRefusals as ruRefusals, reworded as ruReworded } from './reworded-ru.ts';
import { hubRefusals as ukRefusals, reworded as ukReworded } from './reworded-uk.ts';
import { ru } from './ru.ts';
import { uk } from './uk.ts';

export type MemberKey = keyof typeof en;
export type MemberMessages = Readonly<Record<MemberKey, string>>;
/** What is said in other words where a hub, and no node, is behind the page. */
export type Reworded = Readonly<Pick<Messages, keyof typeof enReworded>>;
/** What a hub refuses, and what of a node's refusals would speak of a node. */
export type HubRefusals = Readonly<Record<keyof typeof enRefusals, string>>;

export const memberMessages: Readonly<Record<Language, MemberMessages>> = { en, uk, ru };
export const reworded: Readonly<Record<Language, Reworded>> = { en: enReworded, uk: ukReworded, ru: ruReworded };
export const hubRefusals: Readonly<Record<Language, HubRefusals>> = {
  en: enRefusals,
  uk: ukRefusals,
  ru: ruRefusals,
};
