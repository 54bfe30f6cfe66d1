/** The language of the page: the one that was chosen here, else the browser's, else English. */
import { computed, effect, signal } from '@preact/signals';
import { type ComponentChildren, Fragment } from 'preact';
import { type Key, LANGUAGES, type Language, languageFor, messages } from './messages/catalogue.ts';
import { type CountKey, counts, formFor } from './messages/counts.ts';
import { rehearsalFor, rehearse } from './messages/rehearsal.ts';

const CHOICE = 'geo-language';
/** Set by tests alone. */
const REHEARSAL = 'geo-rehearsal';

/** The language of the page. */
export const language = signal<Language>(languageFor([localStorage.getItem(CHOICE) ?? '', ...navigator.languages]));

const rehearsal = rehearsalFor(localStorage.getItem(REHEARSAL));

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dir = rehearsal === 'rtl' ? 'rtl' : LANGUAGES[language.value].dir;
});

/** How amounts and times are written: as where the browser says that one is, if that speaks the language of the page. */
export const locale = computed(
  () => navigator.languages.find((tag) => languageFor([tag]) === language.value && tag.includes('-')) ?? language.value,
);

/** Chooses a language, and keeps the choice in this browser. */
export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(CHOICE, chosen);
  language.value = chosen;
}

/** A message, with `{name}` replaced by text. */
export function t(key: Key, parts: Readonly<Record<string, string>> = {}): string {
  return filled(adapted(messages[language.value][key]), parts);
}

/** A message for this many, with `{count}` in the way of the language. */
export function tn(key: CountKey, count: number, parts: Readonly<Record<string, string>> = {}): string {
  const text = adapted(formFor(language.value, counts[language.value][key], count));
  return filled(text, { ...parts, count: new Intl.NumberFormat(locale.value).format(count) });
}

/** A text of the messages as it is shown: as it is, but in a rehearsal. */
export function adapted(text: string): string {
  return rehearsal === 'none' ? text : rehearse(text);
}

function filled(text: string, parts: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole);
}

/** A message with `{name}` replaced by elements. */
export function T({ k, ...parts }: { readonly k: Key; readonly [part: string]: ComponentChildren }) {
  const pieces = adapted(messages[language.value][k]).split(/\{(\w+)\}/);
  return (
    <>
      {pieces.map((piece, index) => (
        <Fragment key={index}>{index % 2 === 0 ? piece : parts[piece]}</Fragment>
      ))}
    </>
  );
}
