/**
 * What the page of a member has in place of `../catalogue.ts` (member.config.ts puts it there): other words where they
 * would speak of a node, and each language loaded when it is wanted, for all of them are more than half of the page.
 */
import type { Messages } from '../catalogue.ts';
import { CHOICE, LANGUAGES, type Language, languageFor } from '../choice.ts';
import type { RefusalMessages } from '../refusals/shape.ts';
import type { MemberMessages, Pack } from './shape.ts';

export { CHOICE, LANGUAGES, languageFor };

const PACKS: Readonly<Record<Language, () => Promise<{ readonly pack: Pack }>>> = {
  en: () => import('./pack-en.ts'),
  uk: () => import('./pack-uk.ts'),
  ru: () => import('./pack-ru.ts'),
};

export const messages = {} as Record<Language, Messages>;
export const refusals = {} as Record<Language, RefusalMessages>;
export const memberMessages = {} as Record<Language, MemberMessages>;

/** Resolves when the messages of a language are there. */
export async function ready(language: Language): Promise<void> {
  if (language in messages) return;
  const { pack } = await PACKS[language]();
  messages[language] = pack.messages;
  refusals[language] = pack.refusals;
  memberMessages[language] = pack.member;
}

await ready(languageFor([localStorage.getItem(CHOICE) ?? '', ...navigator.languages]));
