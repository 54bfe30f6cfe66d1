/** What a language has to say about why there is no link with somebody. The codes are those of the API. */
import type { Result } from '#node/api/contract.ts';

type LinkTrouble = NonNullable<Result<'listPeers'>['peers'][number]['trouble']>;

export type CauseCode = LinkTrouble['causes'][number]['code'];

export interface TroubleMessages {
  /** A whole sentence for each cause. */
  readonly causes: Readonly<Record<CauseCode, string>>;
  /** The sentence on where somebody was looked for, and one of the `{places}` that is a relay on the way. */
  readonly where: string;
  readonly relay: string;
}
