/** Answers of a real hub, changed on their way to the page of a member. */
import type { Hub } from '#desktop/ui/src/member/hub.ts';

const STATE = '/participants/me/state';

/** What becomes of a request: its path and body, and what the hub answers when it is asked. */
export type Change = (path: string, body: unknown, answer: () => Promise<unknown>) => Promise<unknown>;

/** From now on; `name`: requests that change something, or those that do not. */
export function changeAnswers(of: Hub, name: 'act' | 'read', change: Change): void {
  const real = wholeAnswers(of, name);
  Object.assign(of, {
    [name]: (...given: unknown[]) => change(String(given[1]), given[2], () => real(...given)),
  });
}

/** The next answer of the hub alone. */
export function changeAnswer(of: Hub, name: 'act' | 'read', change: (answer: () => Promise<unknown>) => unknown): void {
  const real = wholeAnswers(of, name);
  Object.assign(of, {
    async [name](...given: unknown[]) {
      delete (of as Partial<Hub>)[name];
      return change(() => real(...given));
    },
  });
}

/** Asked for what is new, it answers with all there is: so nothing is left of what the page has kept. */
function wholeAnswers(of: Hub, name: 'act' | 'read'): (...given: unknown[]) => Promise<unknown> {
  const real = of[name].bind(of) as (...given: unknown[]) => Promise<unknown>;
  return (method, path, body, ...others) => real(method, path, path === STATE ? {} : body, ...others);
}
