/** Which languages there are, and which of them is meant. */

/** The languages, as they call themselves. */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr' },
  uk: { name: 'Українська', dir: 'ltr' },
  ru: { name: 'Русский', dir: 'ltr' },
} as const;

export type Language = keyof typeof LANGUAGES;

/** Where the browser keeps which language was chosen. */
export const CHOICE = 'geo-language';

/** The first of these languages that there is, whatever its region; else English. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const name = tag.toLowerCase().split('-')[0];
    const found = (Object.keys(LANGUAGES) as Language[]).find((language) => language === name);
    if (found !== undefined) return found;
  }
  return 'en';
}
