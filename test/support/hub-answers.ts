/** Answers of a real hub, changed on their way to the page of a member. */
import type { Hub } from '#desktop/ui/src/member/hub.ts';

/** What becomes of a request: its path and body, and what the hub answers when it is asked. */
export type Change = (path: string, body: unknown, answer: () => Promise<unknown>) => Promise<unknown>;

/** From now on; `name`: requests that change something, or those that do not. */
export function changeAnswers(of: Hub, name: 'act' | 'read', change: Change): void {
  const real = of[name].bind(of) as (...given: unknown[]) => Promise<unknown>;
  Object.assign(of, {
    [name]: (...given: unknown[]) => change(String(given[1]), given[2], () => real(...given)),
  });
}
