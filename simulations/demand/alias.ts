/** Drawing from many with different chances in the same time however many there are (Walker's alias method, by Vose). */
import { uniform } from '../graphs/variates.ts';
import type { Random } from '../random.ts';

export class AliasTable {
  /** Of each place: the chance that it stands for itself, and for whom it stands otherwise. */
  readonly #own: Float64Array;
  readonly #other: Int32Array;

  /** Weights are 0 or more, at least one of them is more. Number i is drawn as often as weights[i] of their sum. */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    let sum = 0;
    for (let at = 0; at < count; at++) sum += weights[at] as number;
    if (!(sum > 0)) throw new Error('bug: nothing to draw from');
    this.#own = new Float64Array(count).fill(1);
    this.#other = new Int32Array(count);
    const share = Float64Array.from(weights, (weight) => (weight / sum) * count);
    const heaviest = heaviestOf(weights);
    const small: number[] = [];
    const large: number[] = [];
    for (let at = 0; at < count; at++) ((share[at] as number) < 1 ? small : large).push(at);
    for (;;) {
      const less = small.pop();
      const more = large.pop();
      if (less === undefined || more === undefined) {
        // What is left of the large ones is 1 but for rounding; what rounding left of the small ones is the heaviest's.
        if (less === undefined) break;
        this.#stand(less, share[less] as number, heaviest);
        continue;
      }
      this.#stand(less, share[less] as number, more);
      const rest = (share[more] as number) + (share[less] as number) - 1;
      share[more] = rest;
      (rest < 1 ? small : large).push(more);
    }
  }

  draw(random: Random): number {
    const at = random.below(this.#own.length);
    return uniform(random) < (this.#own[at] as number) ? at : (this.#other[at] as number);
  }

  #stand(at: number, own: number, other: number): void {
    this.#own[at] = own;
    this.#other[at] = other;
  }
}

function heaviestOf(weights: ArrayLike<number>): number {
  let heaviest = 0;
  for (let at = 1; at < weights.length; at++) {
    if ((weights[at] as number) > (weights[heaviest] as number)) heaviest = at;
  }
  return heaviest;
}
