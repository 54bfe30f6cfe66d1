/** All messages of the page in all of its languages. A key that a language lacks does not compile. */
import { CHOICE, LANGUAGES, type Language, languageFor } from './choice.ts';
import { en } from './en.ts';
import { enFindings } from './findings/en.ts';
import { ruFindings } from './findings/ru.ts';
import type { FindingMessages } from './findings/shape.ts';
import { ukFindings } from './findings/uk.ts';
import { enRefusals } from './refusals/en.ts';
import { ruRefusals } from './refusals/ru.ts';
import type { RefusalMessages } from './refusals/shape.ts';
import { ukRefusals } from './refusals/uk.ts';
import { ru } from './ru.ts';
import { enTroubles } from './troubles/en.ts';
import { ruTroubles } from './troubles/ru.ts';
import type { TroubleMessages } from './troubles/shape.ts';
import { ukTroubles } from './troubles/uk.ts';
import { uk } from './uk.ts';

export { CHOICE, LANGUAGES, type Language, languageFor };
export type Key = keyof typeof en;
export type Messages = Readonly<Record<Key, string>>;

export const messages: Readonly<Record<Language, Messages>> = { en, uk, ru };

/** What is said of everything that the node refuses or fails at. */
export const refusals: Readonly<Record<Language, RefusalMessages>> = { en: enRefusals, uk: ukRefusals, ru: ruRefusals };

/** What is said of everything that a node can find when it looks for the usual troubles. */
export const findings: Readonly<Record<Language, FindingMessages>> = { en: enFindings, uk: ukFindings, ru: ruFindings };

/** What is said of why there is no link with somebody. */
export const troubles: Readonly<Record<Language, TroubleMessages>> = { en: enTroubles, uk: ukTroubles, ru: ruTroubles };

/** Resolves when the messages of a language are there: here all of them are, from the beginning. */
export async function ready(_language: Language): Promise<void> {}
