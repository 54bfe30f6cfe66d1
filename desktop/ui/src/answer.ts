/** What a single screen reads from the node, kept up to date like all that several screens show. */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals';
import type { Input, Result } from '#node/api/contract.ts';
import { ask, type Used } from './api.ts';
import { known, noteTrouble } from './state.ts';

/** Null until the node has answered; asked again whenever something changed at the node. */
export function useAnswer<N extends Used>(name: N, input: Input<N>): ReadonlySignal<Result<N> | null> {
  const answer = useSignal<Result<N> | null>(null);
  useSignalEffect(() => {
    // What several screens show was read again: something changed.
    if (known.value === null) return undefined;
    const given = new AbortController();
    ask(name, input, given.signal).then(
      (result) => {
        answer.value = result;
      },
      (error: unknown) => {
        if (!given.signal.aborted) noteTrouble(error);
      },
    );
    return () => given.abort();
  });
  return answer;
}
