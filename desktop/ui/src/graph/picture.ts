/** What a drawing of a network shows: data only, the same for the map of a node and for the network designer. */

/** How something is meant, which decides its colour. */
export type Tone = 'self' | 'plain' | 'chosen' | 'faint' | 'bad' | 'good';

export interface Dot {
  readonly id: string;
  readonly label: string;
  readonly x: number;
  /** Downwards, as on a page. */
  readonly y: number;
  readonly size: number;
  readonly tone: Tone;
  /** What is on its way between others is a diamond, and no part of the network. */
  readonly isMessage?: boolean;
}

/** An arrow from who trusts to who is trusted. */
export interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly tone: Tone;
  readonly size: number;
}

/** What part of the plane is shown at first, so that the view does not jump when something is added. */
export interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface Picture {
  readonly extent: Extent;
  readonly dots: readonly Dot[];
  readonly arrows: readonly Arrow[];
}

/** What a person does to a drawing with a mouse or a finger. */
export interface Hands {
  readonly onDot?: (id: string) => void;
  readonly onArrow?: (id: string) => void;
  /** Somewhere where nothing is. */
  readonly onEmpty?: (place: { readonly x: number; readonly y: number }) => void;
  /** A dot was dragged to another place; dots cannot be dragged where this is missing. */
  readonly onMoved?: (id: string, place: { readonly x: number; readonly y: number }) => void;
}

/** Words that the drawing itself shows: what to do for moving and zooming it. */
export interface DrawingWords {
  readonly wheel: string;
  readonly touch: string;
}
