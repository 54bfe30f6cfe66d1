/** What a hub's memory holds. What is in use between two collections grows and falls; what is left after one tells whether it leaks. */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** Shows it whenever somebody looks, until the returned function is called. */
export function measureMemory(registry: Registry): () => void {
  const gauge = (name: string, help: string, collect?: () => number): Gauge =>
    new Gauge({
      ...{ name, help, registers: [registry] },
      ...(collect && {
        collect(this: Gauge) {
          this.set(collect());
        },
      }),
    });
  gauge(
    'geo_hub_memory_resident_bytes',
    'Memory that the process takes of the machine, files that are mapped into it included.',
    () => process.memoryUsage.rss(),
  );
  const live = gauge(
    'geo_hub_memory_live_bytes',
    'In use after the last full collection of garbage: objects, and buffers outside their heap. 0: there was none.',
  );
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isFull)) return;
    const { heapUsed, external } = process.memoryUsage();
    live.set(heapUsed + external);
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function isFull(entry: PerformanceEntry): boolean {
  const { detail } = entry as { readonly detail?: { readonly kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
