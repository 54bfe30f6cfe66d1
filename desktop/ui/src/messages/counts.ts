/** Messages that depend on a number, by the plural categories of each language. `{count}` is the number. */
import type { Language } from './catalogue.ts';

/** One text for each category that the language has; `other` for all that it has no text for. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

const en = {
  relays: { one: 'Through {count} other.', other: 'Through {count} others.' },
  payments: { one: '{count} payment', other: '{count} payments' },
  found: { one: '{count} of {all} fits', other: '{count} of {all} fit' },
  hops: { one: '{count} step', other: '{count} steps' },
} as const;

export type CountKey = keyof typeof en;

/** All of them in all languages. */
export const counts: Readonly<Record<Language, Readonly<Record<CountKey, Forms>>>> = {
  en,
  uk: {
    relays: {
      one: 'Через {count} посередника.',
      few: 'Через {count} посередників.',
      many: 'Через {count} посередників.',
      other: 'Через {count} посередника.',
    },
    payments: { one: '{count} платіж', few: '{count} платежі', many: '{count} платежів', other: '{count} платежу' },
    found: {
      one: 'підходить {count} з {all}',
      few: 'підходять {count} з {all}',
      many: 'підходять {count} з {all}',
      other: 'підходить {count} з {all}',
    },
    hops: { one: '{count} крок', few: '{count} кроки', many: '{count} кроків', other: '{count} кроку' },
  },
  ru: {
    relays: {
      one: 'Через {count} посредника.',
      few: 'Через {count} посредников.',
      many: 'Через {count} посредников.',
      other: 'Через {count} посредника.',
    },
    payments: { one: '{count} платёж', few: '{count} платежа', many: '{count} платежей', other: '{count} платежа' },
    found: {
      one: 'подходит {count} из {all}',
      few: 'подходят {count} из {all}',
      many: 'подходят {count} из {all}',
      other: 'подходит {count} из {all}',
    },
    hops: { one: '{count} шаг', few: '{count} шага', many: '{count} шагов', other: '{count} шага' },
  },
};

/** The form for a number. */
export function formFor(language: Language, forms: Forms, count: number): string {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
}
