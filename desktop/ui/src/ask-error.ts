/** Why something that was asked for was not done. */
import type { Result } from '#node/api/contract.ts';

type Facts = NonNullable<Result<'pay'>['refusal']>['facts'];

/** What the node or the hub answered instead of a result; `unreachable` and `signed-out` are of the page itself. */
export class AskError extends Error {
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, message: string, facts: Facts = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}
