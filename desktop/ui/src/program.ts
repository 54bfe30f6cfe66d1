/** The page inside of the desktop program: how the node stands, and what the program is asked to do. */
import { signal } from '@preact/signals';
import type { Answer, GeoBridge, Situation } from '../../preload/bridge.ts';
import { AskError } from './ask-error.ts';
import { linkTo } from './routes.ts';
import { known } from './state.ts';

/** How the node stands; null in a browser, where somebody else sees to it. */
export const situation = signal<Situation | null>(null);

/** Does something come before the screens? What is on a screen stays while a node that ended is started again. */
export function comesFirst(now: Situation | null): boolean {
  if (now === null || now.state === 'running') return false;
  return known.value === null || (now.state !== 'starting' && now.state !== 'waiting');
}

/** What a call came to. Throws `AskError`. */
export async function resultOf<T>(called: Promise<Answer>): Promise<T> {
  const answer = await called;
  if (answer.ok) return answer.result as T;
  throw new AskError(answer.error.code, answer.error.message, answer.error.facts);
}

/** Follows the node from now on; `begin` is called when it runs for the first time. */
export async function followProgram(program: GeoBridge, begin: () => Promise<void>): Promise<void> {
  let hasBegun = false;
  const take = (now: Situation): void => {
    situation.value = now;
    if (now.state !== 'running' || hasBegun) return;
    hasBegun = true;
    void begin();
  };
  program.onSituation(take);
  program.onPlace(({ screen, query }) => {
    location.hash = linkTo(screen, query);
  });
  take(await resultOf<Situation>(program.getSituation()));
}
