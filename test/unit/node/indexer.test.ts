import { expect, it } from 'vitest';
import { answerHints, type Indexer } from '#node/indexer.ts';
import type { HintRequest } from '#protocol/hints.ts';
import { decodeMessage, encodeMessage } from '#protocol/link.ts';
import { alice, messages } from '#test/support/examples.ts';

/** An indexer that knows no way, or that answers nobody. */
function asked(frame: Uint8Array, isSilent = false) {
  const requests: HintRequest[] = [];
  const sent: unknown[] = [];
  const indexer: Indexer = {
    answer(from, request) {
      expect(from).toBe(alice.key);
      requests.push(request);
      return isSilent ? null : { type: 'hints', id: request.id, count: 0, digest: '00'.repeat(8), routes: [] };
    },
    saved: () => undefined,
    started: () => undefined,
    queriesPerSecond: 1,
    stop: () => Promise.resolve(),
  };
  const isAnswered = answerHints(indexer, alice.key, frame, (to, answer) => sent.push([to, decodeMessage(answer)]));
  return { isAnswered, requests, sent };
}

it('a request is answered to whoever asked, and nothing else is', () => {
  for (const [name, message] of Object.entries(messages)) {
    const { isAnswered, requests, sent } = asked(encodeMessage(message));
    expect([name, isAnswered]).toEqual([name, message.type === 'hint-request']);
    if (message.type !== 'hint-request') continue;
    expect(requests).toEqual([message]);
    expect(sent).toEqual([[alice.key, expect.objectContaining({ type: 'hints', id: message.id })]]);
  }
});

it('one who asks too often gets no answer, and the machine does not see the request', () => {
  const { isAnswered, sent } = asked(encodeMessage(messages['hint request'] as HintRequest), true);
  expect([isAnswered, sent]).toEqual([true, []]);
});

it('what only begins like a request goes where all else goes', () => {
  const request = encodeMessage(messages['hint request'] as HintRequest);
  for (let length = 0; length < request.length; length++)
    expect(asked(request.subarray(0, length)).isAnswered).toBe(false);
  expect(asked(Uint8Array.of(0x86, 23, 1, 2, 3, 4)).isAnswered).toBe(false);
});
