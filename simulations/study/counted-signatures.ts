/** Signatures of a run, counted as they are made and checked. */
import { fastSignatures, realSignatures, type Signatures } from '../signatures.ts';

export interface SignatureCounts {
  made: number;
  checked: number;
}

/** Real signatures or fast ones, with the counts of them since the last `reset`. */
export function countSignatures(isReal: boolean): {
  readonly signatures: Signatures;
  readonly counts: SignatureCounts;
  reset(): void;
} {
  const kind = isReal ? realSignatures : fastSignatures;
  const counts: SignatureCounts = { made: 0, checked: 0 };
  return {
    counts,
    reset() {
      counts.made = 0;
      counts.checked = 0;
    },
    signatures: {
      signAs(index) {
        const sign = kind.signAs(index);
        return (statement) => {
          counts.made++;
          return sign(statement);
        };
      },
      verify(statement, signature) {
        counts.checked++;
        return kind.verify(statement, signature);
      },
    },
  };
}
