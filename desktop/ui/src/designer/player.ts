/** Lets a run go on by itself in a time that people can follow. */
import { effect, signal } from '@preact/signals';
import { done, happened, run, shownKinds } from './state.ts';

/** How long a message takes to be seen at speed 1. */
const SEEN_MS = 1_000;
export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

export const isPlaying = signal(false);
export const speed = signal<number>(1);

// Whoever goes back to the drawing plays nothing any more.
effect(() => {
  if (run.value === null) isPlaying.value = false;
});

/** Plays until everything is quiet, or until somebody says so. */
export function play(): void {
  if (isPlaying.value || run.value === null) return;
  isPlaying.value = true;
  done.value = null;
  let lastMs: number | null = null;
  // The network counts whole milliseconds, and a frame may be less.
  let clockMs = run.value.nowMs;
  const frame = (atMs: number): void => {
    const running = run.value;
    if (running === null || !isPlaying.value) return;
    const tookMs = lastMs === null ? 0 : atMs - lastMs;
    lastMs = atMs;
    clockMs = Math.max(clockMs, running.nowMs);
    if (running.flights(shownKinds()).length > 0) {
      clockMs += (tookMs * running.delayMs * speed.value) / SEEN_MS;
      running.advance(Math.floor(clockMs));
    } else if (!running.isQuiet) running.advance(running.nextMs);
    else {
      isPlaying.value = false;
      done.value = 'quiet';
    }
    happened.value += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

export function pause(): void {
  isPlaying.value = false;
}
