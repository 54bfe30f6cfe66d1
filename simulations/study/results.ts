/** What a study gives: one row a point, in plain columns. */

/** A column of a table of results. */
export interface Column {
  readonly name: string;
  readonly unit: string;
  /** What it says, for people. */
  readonly what: string;
  readonly kind: 'integer' | 'real' | 'text';
}

/** By name of column; null: there is nothing to tell. */
export type Row = Readonly<Record<string, number | string | null>>;

/** A whole study; rows in the order of their points. */
export interface Results {
  readonly study: string;
  /** The fields of the grid, and `seed`. */
  readonly parameters: readonly Column[];
  readonly metrics: readonly Column[];
  readonly rows: readonly Row[];
}
