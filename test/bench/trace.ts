/** What the main thread of a page did while something happened, from a trace of Chromium. */
import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  /** Time on a processor: what others on this machine do is not in it. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest tasks of the page's main thread meanwhile, in ms of processor time, longest first; and how many there were. */
export async function tasksDuring(
  browser: Browser,
  page: Page,
  what: () => Promise<void>,
): Promise<{ readonly longestMs: readonly number[]; readonly count: number }> {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await what();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid, tdur }) => name === 'RunTask' && tdur !== undefined && mains.has(`${pid}/${tid}`),
  );
  const longestMs = tasks.map(({ tdur }) => (tdur ?? 0) / 1_000).sort((left, right) => right - left);
  return { longestMs: longestMs.slice(0, 5), count: tasks.length };
}
