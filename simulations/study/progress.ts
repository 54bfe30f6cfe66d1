/** Tells how far a study is and how long it may still take. */
import { performance } from 'node:perf_hooks';

const TELL_EVERY_MS = 2_000;

export class Estimate {
  readonly #points: number;
  readonly #tell: (line: string) => void;
  readonly #begunMs = performance.now();
  /** By point under way: the share that is done. */
  readonly #shares = new Map<number, number>();
  #done = 0;
  #toldMs = performance.now();

  /** Of points that are still to be run. */
  constructor(points: number, tell: (line: string) => void) {
    this.#points = points;
    this.#tell = tell;
  }

  progress(point: number, share: number): void {
    this.#shares.set(point, share);
    this.#mayTell(false);
  }

  done(point: number): void {
    this.#shares.delete(point);
    this.#done++;
    this.#mayTell(this.#done === this.#points);
  }

  #mayTell(isLast: boolean): void {
    const nowMs = performance.now();
    if (!isLast && nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    let finished = this.#done;
    for (const share of this.#shares.values()) finished += share;
    const seconds = (nowMs - this.#begunMs) / 1_000;
    const left = finished > 0 ? ((this.#points - finished) * seconds) / finished : 0;
    const when = isLast ? `${seconds.toFixed(1)} s` : `about ${Math.ceil(left)} s left`;
    this.#tell(`${this.#done} of ${this.#points} points, ${((100 * finished) / this.#points).toFixed(1)} %, ${when}`);
  }
}
