/** The history as far as it was read: the first page with everything else, older ones when somebody looks for them. */
import { effect, signal } from '@preact/signals';
import { ask } from './api.ts';
import { type Entry, keyOf, mergeFirstPage } from './history-entry.ts';
import { known, noteTrouble } from './state.ts';

/** Newest first. */
export const rows = signal<readonly Entry[]>([]);
/** Is there anything older that was not read yet? */
export const hasMore = signal(false);
/** Is an older page being read? */
export const isLoading = signal(false);

/** Few enough that reading a page of them is not felt while the list is scrolled. */
const PAGE = 200;

let next: string | null = null;
let loading: Promise<void> | null = null;
let reading = 0;

effect(() => {
  const now = known.value;
  if (now === null) return;
  const merged = mergeFirstPage(now.history, rows.peek());
  if (merged === null || rows.peek().length === 0) {
    reading += 1;
    rows.value = now.history;
    next = now.historyNext;
    hasMore.value = next !== null;
  } else {
    rows.value = merged;
  }
});

/** Reads an older page, if there is one. */
export function loadMore(): Promise<void> {
  loading ??= (async () => {
    const before = next;
    const mine = reading;
    if (before === null) return;
    isLoading.value = true;
    try {
      const page = await ask('getHistory', { before, limit: PAGE });
      // The list began anew meanwhile.
      if (mine !== reading) return;
      const keys = new Set(rows.peek().map(keyOf));
      rows.value = [...rows.peek(), ...page.entries.filter((entry) => !keys.has(keyOf(entry)))];
      next = page.next;
      hasMore.value = next !== null;
    } catch (error) {
      noteTrouble(error);
      throw error;
    } finally {
      isLoading.value = false;
    }
  })().finally(() => {
    loading = null;
  });
  return loading;
}

/** Reads on until this is so, or all is read. */
export async function loadUntil(isEnough: () => boolean, stop: AbortSignal): Promise<void> {
  while (hasMore.peek() && !isEnough() && !stop.aborted) await loadMore();
}
