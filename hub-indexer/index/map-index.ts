/**
 * The index: the announced lines of each equivalent as a graph, and the answers to requests for hints (§6.5). It knows
 * nothing of signatures, disks and networks; what is given to it was verified and is stored.
 */
import { DisjointPaths } from '#protocol/disjoint-paths.ts';
import { Graph, type GraphImage } from '#protocol/graph.ts';
import { LinesDigest } from '#protocol/hints.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { TableSeed } from '#protocol/key-table.ts';

/** "From trusts to in this equivalent": what an announcement says. */
export interface Line {
  readonly from: PublicKey;
  readonly to: PublicKey;
  readonly equivalent: string;
}

/** What is known of one equivalent. */
export interface IndexedEquivalent {
  readonly equivalent: string;
  readonly lines: number;
  readonly participants: number;
  /** See `LinesDigest`. */
  readonly digest: string;
}

/** Lines and digest of the map that the routes are from, and the routes, the shortest first. */
export interface Answer {
  readonly count: number;
  readonly digest: string;
  readonly routes: readonly (readonly PublicKey[])[];
}

/** The graph of one equivalent at one moment. */
export interface PartImage {
  readonly equivalent: string;
  readonly digest: string;
  readonly image: GraphImage;
}

interface Part {
  readonly graph: Graph;
  readonly digest: LinesDigest;
}

const NO_LINES = new LinesDigest();

/** Changed by `set` only. Its answers are of the moment. */
export class MapIndex {
  readonly #seed: TableSeed;
  readonly #parts = new Map<string, Part>();
  readonly #paths = new DisjointPaths();

  /** @param seed 8 secret random bytes: strangers choose the keys. */
  constructor(seed: TableSeed) {
    this.#seed = seed;
  }

  /** Lines of all equivalents. */
  get lineCount(): number {
    let count = 0;
    for (const { graph } of this.#parts.values()) count += graph.lineCount;
    return count;
  }

  /** Memory held, in bytes. */
  get byteLength(): number {
    let bytes = this.#paths.byteLength;
    for (const { graph } of this.#parts.values()) bytes += graph.byteLength;
    return bytes;
  }

  /** The line is active, or is no more. False if that was known. */
  set({ from, to, equivalent }: Line, isActive: boolean): boolean {
    const part = isActive ? this.#partOf(equivalent) : this.#parts.get(equivalent);
    if (part === undefined) return false;
    const isNews = isActive ? part.graph.add(from, to) : part.graph.delete(from, to);
    if (!isNews) return false;
    part.digest.flip(from, to);
    if (part.graph.lineCount === 0) this.#parts.delete(equivalent);
    return true;
  }

  /** Up to `most` (1 … 8) routes from the source to the target. */
  answer(equivalent: string, source: PublicKey, target: PublicKey, most: number): Answer {
    const part = this.#parts.get(equivalent);
    if (part === undefined) return { count: 0, digest: NO_LINES.hex, routes: [] };
    const { graph, digest } = part;
    return { count: graph.lineCount, digest: digest.hex, routes: this.#paths.find(graph, source, target, most) };
  }

  /** Puts in what an image was taken of, in place of nothing. */
  load({ equivalent, digest, image }: PartImage): void {
    const graph = Graph.load(image, this.#seed);
    this.#parts.set(equivalent, { graph, digest: new LinesDigest(digest) });
  }

  /** All that is known at this moment, one equivalent after the other. Copies. */
  images(): PartImage[] {
    return [...this.#parts].map(([equivalent, { graph, digest }]) => ({
      equivalent,
      digest: digest.hex,
      image: graph.image(),
    }));
  }

  /** All equivalents of which there are lines, in alphabetical order. */
  equivalents(): IndexedEquivalent[] {
    return [...this.#parts]
      .map(([equivalent, { graph, digest }]) => ({
        equivalent,
        lines: graph.lineCount,
        participants: graph.participantCount,
        digest: digest.hex,
      }))
      .sort((a, b) => (a.equivalent < b.equivalent ? -1 : 1));
  }

  /** The graph of an equivalent, to be read only. */
  graph(equivalent: string): Graph | undefined {
    return this.#parts.get(equivalent)?.graph;
  }

  #partOf(equivalent: string): Part {
    let part = this.#parts.get(equivalent);
    if (part === undefined) {
      const graph = new Graph(this.#seed);
      part = { graph, digest: new LinesDigest() };
      this.#parts.set(equivalent, part);
    }
    return part;
  }
}
