/** All messages of the page in all of its languages. A key that a language lacks does not compile. */
import { en } from './en.ts';
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

/** The first of these languages that there is, whatever its region; else English. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const name = tag.toLowerCase().split('-')[0];
    const found = (Object.keys(LANGUAGES) as Language[]).find((language) => language === name);
    if (found !== undefined) return found;
  }
  return 'en';
}
