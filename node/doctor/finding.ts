/** What `geo doctor` finds: one line on each of the usual troubles, and what to do about it. */
import type { FactTypes, FindingCode, Told } from './codes.ts';

/** In the order in which they are shown. */
export const CHECKS = [
  'folder',
  'identity',
  'settings',
  'process',
  'version',
  'disk',
  'clock',
  'ports',
  'records',
  'backups',
  'restored',
  'accounts',
  'links',
  'held',
] as const;

export type Check = (typeof CHECKS)[number];

export interface Finding {
  readonly check: Check;
  /** `note`: nothing is wrong, but it may explain what somebody wonders about. */
  readonly state: 'well' | 'note' | 'attention';
  readonly code: FindingCode;
  /** What the text was made from, for texts in other languages. */
  readonly facts: Readonly<Record<string, FactTypes[keyof FactTypes]>>;
  /** Whole sentences for people. */
  readonly text: string;
  /** What to do; null when there is nothing. */
  readonly advice: string | null;
}

export const well = (check: Check, told: Told, text: string): Finding => ({
  ...{ check, state: 'well', ...told, text, advice: null },
});

export const note = (check: Check, told: Told, text: string, advice: string | null = null): Finding => ({
  ...{ check, state: 'note', ...told, text, advice },
});

export const attention = (check: Check, told: Told, text: string, advice: string | null = null): Finding => ({
  ...{ check, state: 'attention', ...told, text, advice },
});

/** Of a store, whether its node runs or not. */
export const recordsWhole = (values: number): Finding =>
  well(
    'records',
    { code: 'records-whole', facts: { values } },
    `All ${values} were read, and none is damaged or missing.`,
  );
