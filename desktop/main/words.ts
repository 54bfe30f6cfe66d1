/** What the program itself says, outside of its page: in the menu of the tray, in notifications, in dialogs of the system. */
import { type LANGUAGES, type Language, languageFor } from '../ui/src/messages/catalogue.ts';

const en = {
  open: 'Open GEO',
  quit: 'Quit GEO',
  starting: 'Your node is starting…',
  running: 'Your node is running',
  attached: 'Your node is running (started by another program)',
  'no-identity': 'Not set up yet',
  locked: 'Waiting for your passphrase',
  waiting: 'Your node has ended and is started again',
  stopped: 'Your node was stopped',
  failed: 'Your node needs your attention',
  held: 'Kept aside: {amount}',
  nothingHeld: 'Nothing is kept aside',
  received: '{who} paid you {money}',
  receivedTitle: 'Payment received',
  saveBundle: 'Save a file for support',
} as const;

type Words = Readonly<Record<keyof typeof en, string>>;

const uk: Words = {
  open: 'Відкрити GEO',
  quit: 'Вийти з GEO',
  starting: 'Ваш вузол запускається…',
  running: 'Ваш вузол працює',
  attached: 'Ваш вузол працює (його запустила інша програма)',
  'no-identity': 'Ще не налаштовано',
  locked: 'Чекаємо на вашу парольну фразу',
  waiting: 'Вузол завершив роботу, запускаємо його знову',
  stopped: 'Вузол зупинено',
  failed: 'Вузол потребує вашої уваги',
  held: 'Відкладено: {amount}',
  nothingHeld: 'Нічого не відкладено',
  received: '{who} платить вам {money}',
  receivedTitle: 'Надійшов платіж',
  saveBundle: 'Зберегти файл для підтримки',
};

const ru: Words = {
  open: 'Открыть GEO',
  quit: 'Выйти из GEO',
  starting: 'Ваш узел запускается…',
  running: 'Ваш узел работает',
  attached: 'Ваш узел работает (его запустила другая программа)',
  'no-identity': 'Ещё не настроено',
  locked: 'Ждём вашу парольную фразу',
  waiting: 'Узел завершился, запускаем его снова',
  stopped: 'Узел остановлен',
  failed: 'Узлу нужно ваше внимание',
  held: 'Отложено: {amount}',
  nothingHeld: 'Ничего не отложено',
  received: '{who} платит вам {money}',
  receivedTitle: 'Пришёл платёж',
  saveBundle: 'Сохранить файл для поддержки',
};

const words: Readonly<Record<Language, Words>> = { en, uk, ru };

export type Word = keyof Words;

/** What the program says in the first of these languages that it speaks. */
export function wordsIn(wanted: readonly string[]): {
  readonly language: Language;
  readonly say: (word: Word, parts?: Readonly<Record<string, string>>) => string;
} {
  const language = languageFor(wanted);
  return {
    language,
    say: (word, parts = {}) =>
      words[language][word].replace(/\{(\w+)\}/g, (whole, name: string) => parts[name] ?? whole),
  };
}

/** All words, for the test that nothing is missing. */
export const allWords: Readonly<Record<keyof typeof LANGUAGES, Words>> = words;
