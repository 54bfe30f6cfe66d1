/** The language of the page: the one that was chosen here, else the browser's, else English. */
import { computed, effect, signal } from '@preact/signals';
import { type ComponentChildren, Fragment, type VNode } from 'preact';
import { CHOICE, type Key, LANGUAGES, type Language, languageFor, messages, ready } from './messages/catalogue.ts';
import { type CountKey, counts, formFor } from './messages/counts.ts';
import { rehearsalFor, rehearse } from './messages/rehearsal.ts';

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
export async function chooseLanguage(chosen: Language): Promise<void> {
  await ready(chosen);
  localStorage.setItem(CHOICE, chosen);
  language.value = chosen;
}

/** A message, with `{name}` replaced by text; the same with elements. */
export interface Speech<K extends string> {
  readonly t: (key: K, parts?: Readonly<Record<string, string>>) => string;
  readonly T: (props: { readonly k: K; readonly [part: string]: ComponentChildren }) => VNode;
}

/** What says the messages of a catalogue in the language of the page. */
export function speak<K extends string>(catalogue: Readonly<Record<Language, Readonly<Record<K, string>>>>): Speech<K> {
  return {
    t: (key, parts = {}) => filled(adapted(catalogue[language.value][key]), parts),
    T: ({ k, ...parts }) => {
      const pieces = adapted(catalogue[language.value][k]).split(/\{(\w+)\}/);
      return (
        <>
          {pieces.map((piece, index) => (
            <Fragment key={index}>{index % 2 === 0 ? piece : parts[piece]}</Fragment>
          ))}
        </>
      );
    },
  };
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

/** Of the pages of a node, and of all that has the same screens. */
export const { t, T } = speak<Key>(messages);
