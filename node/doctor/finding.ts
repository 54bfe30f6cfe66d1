/** What `geo doctor` finds: one line on each of the usual troubles, and what to do about it. */

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
  /** Whole sentences for people. */
  readonly text: string;
  /** What to do; null when there is nothing. */
  readonly advice: string | null;
}

export const well = (check: Check, text: string): Finding => ({ check, state: 'well', text, advice: null });

export const note = (check: Check, text: string, advice: string | null = null): Finding => ({
  check,
  state: 'note',
  text,
  advice,
});

export const attention = (check: Check, text: string, advice: string | null = null): Finding => ({
  check,
  state: 'attention',
  text,
  advice,
});
