/** The first run in a browser: what it asks of `geo ui`, which serves it until there is a node. */
import { AskError } from '../ask-error.ts';
import type { Course, Maker, Wishes } from './maker.ts';

interface Steps {
  session: { readonly input: { readonly secret: string }; readonly result: { readonly key: string } };
  state: { readonly input: Record<never, never>; readonly result: Course };
  identity: { readonly input: Wishes; readonly result: Course };
  start: { readonly input: Record<never, never>; readonly result: { readonly link: string } };
}

const KEY = 'geo-first-run';
const KEY_HEADER = 'x-geo-key' satisfies typeof import('#node/api/contract.ts').UI_KEY_HEADER;
const PATH = '/first-run' satisfies typeof import('#node/api/contract.ts').FIRST_RUN_PATH;

/** Carries out a step. Throws `AskError`. */
async function step<S extends keyof Steps>(name: S, input: Steps[S]['input']): Promise<Steps[S]['result']> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${PATH}/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [KEY_HEADER]: sessionStorage.getItem(KEY) ?? '' },
      body: JSON.stringify(input),
    });
    answer = await response.json();
  } catch (cause) {
    throw new AskError('unreachable', cause instanceof Error ? cause.message : String(cause));
  }
  if (response.ok) return answer as Steps[S]['result'];
  const { error } = answer as { error: { code: string; message: string; facts: AskError['facts'] } };
  throw new AskError(error.code, error.message, error.facts);
}

/** Exchanges the secret of the link for the right to go through the first run. */
export async function enter(secret: string): Promise<void> {
  const { key } = await step('session', { secret });
  sessionStorage.setItem(KEY, key);
}

export const overHttp: Maker = {
  course: () => step('state', {}),
  make: (wishes) => step('identity', wishes),
  async start() {
    const { link } = await step('start', {});
    location.replace(link);
  },
  startsByItself: false,
};
