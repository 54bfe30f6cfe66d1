/** The designer's own messages, in the language of the page. */
import { speak } from '../i18n.tsx';
import { en } from './messages/en.ts';
import { ru } from './messages/ru.ts';
import { uk } from './messages/uk.ts';

export type DesignerKey = keyof typeof en;

/** All of them; a key that a language lacks does not compile. */
const designerMessages: Readonly<Record<'en' | 'uk' | 'ru', Readonly<Record<DesignerKey, string>>>> = {
  en,
  uk,
  ru,
};

export const { t: d, T: D } = speak<DesignerKey>(designerMessages);
