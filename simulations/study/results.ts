/** What a study found, as plain data: one row a run, whose columns are the parameters of the run and what it measured. */

/** One column of the rows. */
export interface Column {
  readonly name: string;
  /** Of its numbers: `ms`, `%`, `messages`; empty where there is none. */
  readonly unit: string;
  /** What it means, for people who know nothing of GEO. */
  readonly what: string;
  readonly kind: 'integer' | 'real' | 'text';
}

/** One run: a value for each column; null where there is none. */
export type Row = Readonly<Record<string, number | string | null>>;

/** All runs of a study. The column `seed` is among the parameters. */
export interface Results {
  readonly study: string;
  readonly parameters: readonly Column[];
  readonly metrics: readonly Column[];
  readonly rows: readonly Row[];
}
