/**
 * The first run in a browser: a small server of this machine that makes the identity of a folder, shows its words, starts
 * its node and sends the page on to it. It serves the same pages as a node does and ends when the node is up.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { z } from 'zod';
import { pidOf } from '#protocol/identity.ts';
import { parseName } from '#protocol/name.ts';
import { seedFromWords } from '#protocol/words.ts';
import { checkOrigin } from '../../api/access.ts';
import { FIRST_RUN_PATH, UI_KEY_HEADER, UI_PATH } from '../../api/contract.ts';
import { serveUiFiles } from '../../api/ui-files.ts';
import { MIN_PASSPHRASE_CHARACTERS } from '../../identity/key-file.ts';
import { type MadeIdentity, makeIdentity } from '../../identity/make-identity.ts';
import { problemOf, Stop, typed, usage } from '../problem.ts';

export interface FirstRunOptions {
  readonly folder: string;
  /** What the settings of the folder call the participant already. */
  readonly name: string | null;
  /** Keeps the name in the settings of the folder. */
  readonly keepName: (name: string) => Promise<void>;
  /** Starts the node; resolves with a link that opens its page once. */
  readonly startNode: (passphrase: string | null) => Promise<string>;
}

export interface FirstRun {
  /** Opens the page; works once. */
  readonly link: string;
  /** The node is up and the page was told where. */
  readonly finished: Promise<void>;
  stop(): Promise<void>;
}

const SECRET_BYTES = 32;
const MAX_BODY_BYTES = 8_192;
const PAGE = 'first-run.html';

const sessionBody = z.strictObject({ secret: z.string().max(256) });
const identityBody = z.strictObject({
  name: z.string().max(1_000),
  /** Of an identity that exists; null: a new one. */
  words: z.string().max(4_000).nullable(),
  /** Null: the key is kept plain, readable by its owner only. */
  passphrase: z.string().max(1_000).nullable(),
});
const nothing = z.strictObject({});

/** Serves the first run of a folder on a free port of this machine. */
export async function startFirstRun(options: FirstRunOptions): Promise<FirstRun> {
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, exposeHeadRoutes: false });
  const course = new Course(options);
  guard(app, course);
  await serveUiFiles(app);
  const post = <B>(name: string, body: z.ZodType<B>, work: (body: B) => unknown) =>
    app.post(`${FIRST_RUN_PATH}/${name}`, async (request) => work(read(body, request.body)));
  post('session', sessionBody, ({ secret }) => ({ key: course.open(secret) }));
  post('state', nothing, () => course.state);
  post('identity', identityBody, (wanted) => course.make(wanted));
  post('start', nothing, () => course.start());
  app.addHook('onResponse', async ({ url }, { statusCode }) => {
    if (url === `${FIRST_RUN_PATH}/start` && statusCode === 200) course.end();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.addresses()[0] as { port: number };
  return {
    link: `http://127.0.0.1:${port}${UI_PATH}${PAGE}#/open/${course.secret}`,
    finished: course.finished,
    stop: async () => app.close(),
  };
}

/** Whose page it is and that it was opened by the link, before anything is done; what goes wrong, in the form of the API. */
function guard(app: FastifyInstance, course: Course): void {
  app.addHook('onRequest', async (request, response) => {
    response.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    const wrong = checkOrigin(request.raw, request.socket.localPort ?? 0);
    if (wrong !== null)
      return response.status(403).send({ error: { code: wrong.code, message: 'This is for this machine.' } });
    if (!request.url.startsWith(FIRST_RUN_PATH) || request.url === `${FIRST_RUN_PATH}/session`) return undefined;
    if (request.headers.origin !== undefined && course.isOpenedBy(keyOf(request))) return undefined;
    const message = 'This page was not opened by the link of `geo ui`. Run `geo ui` again, and open what it shows.';
    return response.status(401).send({ error: { code: 'no-token', message } });
  });
  app.setErrorHandler((error, _request, response: FastifyReply) => {
    const { code, message, facts } = problemOf(error);
    return response.status(code === 'bug' ? 500 : 400).send({ error: { code, message, facts } });
  });
}

function keyOf(request: FastifyRequest): string {
  const key = request.headers[UI_KEY_HEADER];
  return typeof key === 'string' ? key : '';
}

function read<B>(schema: z.ZodType<B>, body: unknown): B {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usage(`This is not what the page sends: ${issue?.path.join('.')}: ${issue?.message}.`);
}

/** How far a first run has come. */
class Course {
  readonly secret = randomBytes(SECRET_BYTES).toString('base64url');
  readonly finished: Promise<void>;
  readonly end: () => void;
  readonly #options: FirstRunOptions;
  #key: string | null = null;
  #made: MadeIdentity | null = null;
  #passphrase: string | null = null;
  #link: Promise<string> | null = null;

  constructor(options: FirstRunOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.end = resolve;
  }

  /** What a page shows, also one that was loaded again: the words stay until the node runs. */
  get state() {
    const { folder, name } = this.#options;
    const made = this.#made;
    const identity = made === null ? null : { pid: pidOf(made.publicKey), words: made.words };
    return { folder, name, identity, leastPassphrase: MIN_PASSPHRASE_CHARACTERS };
  }

  /** The key for the secret of the link, once. */
  open(secret: string): string {
    if (this.#key !== null || !isSame(secret, this.secret)) {
      throw new Stop({
        code: 'link-used',
        message: 'This link was used already. Run `geo ui` again, and open what it shows.',
        facts: {},
        exitCode: 1,
      });
    }
    this.#key = randomBytes(SECRET_BYTES).toString('base64url');
    return this.#key;
  }

  isOpenedBy(key: string): boolean {
    return this.#key !== null && isSame(key, this.#key);
  }

  /** Makes the identity. Everything that can be wrong is found before anything is written. */
  async make({ name, words, passphrase }: z.output<typeof identityBody>) {
    if (this.#made !== null) return this.state;
    const called = name.trim() === '' ? null : typed(parseName(name.trim()));
    const seed = words === null ? null : typed(seedFromWords(words));
    if (passphrase !== null && [...passphrase].length < MIN_PASSPHRASE_CHARACTERS) {
      throw usage(
        `The passphrase needs at least ${MIN_PASSPHRASE_CHARACTERS} characters. Four random words are a good one.`,
      );
    }
    this.#made = await makeIdentity(this.#options.folder, seed, passphrase);
    this.#passphrase = passphrase;
    if (called !== null && this.#options.name === null) await this.#options.keepName(called);
    return this.state;
  }

  /** Starts the node, once however often it is asked; the link opens its page. */
  async start() {
    if (this.#made === null) throw usage('There is no identity yet.');
    this.#link ??= this.#options.startNode(this.#passphrase);
    try {
      return { link: await this.#link };
    } catch (error) {
      // It may work the next time.
      this.#link = null;
      throw error;
    }
  }
}

/** Compares hashes, which have one length and tell nothing about how much of a guess was right. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
