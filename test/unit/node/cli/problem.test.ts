import { describe, expect, it } from 'vitest';
import { ApiError } from '#node/api/client.ts';
import { EXIT } from '#node/cli/exit-codes.ts';
import { problemOf, usage } from '#node/cli/problem.ts';
import { Failure } from '#node/failure.ts';

const refused = (code: 'bad-amount' | 'bad-receipt' | 'unknown-contact' | 'ui-not-built') =>
  new ApiError({ code, message: 'Why.', facts: { input: 'x' }, retry: false });

describe('the exit code', () => {
  it.each([
    ['of a folder in use', new Failure('folder-in-use', 'x'), EXIT.folderInUse],
    ['without a node', new Failure('node-unreachable', 'x'), EXIT.nodeNotReachable],
    ['of another failure', new Failure('disk-full', 'x'), EXIT.error],
    ['of input that the node refused', refused('bad-amount'), EXIT.usage],
    ['of a file that proves nothing', refused('bad-receipt'), EXIT.error],
    ['of pages that are not built', refused('ui-not-built'), EXIT.usage],
    ['of another refusal', refused('unknown-contact'), EXIT.error],
    ['of a wrong command line', usage('x'), EXIT.usage],
    ['of a bug', new TypeError('x is undefined'), EXIT.error],
  ])('%s is its own', (_what, error, exitCode) => {
    expect(problemOf(error).exitCode).toBe(exitCode);
  });
});

describe('the text', () => {
  it('is whole sentences with what to do', () => {
    const failure = new Failure('node-unreachable', 'no node answers', { hint: 'Start it with `geo start`.' });
    expect(problemOf(failure).message).toBe('No node answers. Start it with `geo start`.');
  });

  it('of a refusal is the node’s own, with its facts', () => {
    expect(problemOf(refused('unknown-contact'))).toEqual({
      code: 'unknown-contact',
      message: 'Why.',
      facts: { input: 'x' },
      exitCode: EXIT.error,
    });
  });

  it('of a bug says so, without a stack', () => {
    const { code, message } = problemOf(new TypeError('x is undefined'));
    expect({ code, message }).toEqual({ code: 'bug', message: 'This is a bug in geo: x is undefined' });
  });
});
