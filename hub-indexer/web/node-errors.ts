/** What the machine or the books of a member refuse, told as its own node would tell it. */
import { codes } from '#node/api/codes.ts';
import { type ErrorAnswer, refusalAnswer } from '#node/api/errors.ts';
import type { Showing } from '#node/api/views.ts';
import type { AnyRefusal } from '#node/refusals.ts';

/** An answer outside of 2xx, ready to be sent. */
export class Refused {
  readonly answer: ErrorAnswer;

  constructor(context: Showing, refusal: AnyRefusal) {
    this.answer = refusalAnswer(context, refusal);
  }
}

/** Codes of refusals that a member may be answered with beside the hub's own. */
export const NODE_CODES = Object.keys(codes) as readonly (keyof typeof codes)[];
