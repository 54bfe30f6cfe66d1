/** All messages of the page in all of its languages. A key that a language lacks does not compile. */
import { en } from './en.ts';
import { enRefusals } from './refusals/en.ts';
import { ruRefusals } from './refusals/ru.ts';
import type { RefusalMessages } from './refusals/shape.ts';
import { ukRefusals } from './refusals/uk.ts';
import { ru } from './ru.ts';
import { uk } from './uk.ts';

/** The languages, as they call themselves. */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr' },
  uk: { name: 'Українська', dir: 'ltr' },
  ru: { name: 'Русский', dir: 'ltr' },
} as const;

export type Language = keyof typeof LANGUAGES;
export type Key = keyof typeof en;
export type Messages = Readonly<Record<Key, string>>;

export const messages: Readonly<Record<Language, Messages>> = { en, uk, ru };

/** What is said of everything that the node refuses or fails at. */
export const refusals: Readonly<Record<Language, RefusalMessages>> = { en: enRefusals, uk: ukRefusals, ru: ruRefusals };

/** The first of these languages that there is, whatever its region; else English. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const name = tag.toLowerCase().split('-')[0];
    const found = (Object.keys(LANGUAGES) as Language[]).find((language) => language === name);
    if (found !== undefined) return found;
  }
  return 'en';
}
