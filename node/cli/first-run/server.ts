/**
 * The first run in a browser: a small server of this machine that makes the identity of a folder, shows its words, starts
 * its node and sends the page on to it. It serves the same pages as a node does and ends when the node is up.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { z } from 'zod';
import { checkOrigin } from '../../api/access.ts';
import {
  FIRST_RUN_PATH,
  type FirstRunCourse,
  type FirstRunWishes,
  UI_KEY_HEADER,
  UI_PATH,
} from '../../api/contract.ts';
import { serveUiFiles } from '../../api/ui-files.ts';
import type { Config } from '../../config.ts';
import { carryOutPlan, courseOf, MAX_BACKUP_CHARACTERS, planFirstRun } from '../../first-run.ts';
import { MIN_PASSPHRASE_CHARACTERS } from '../../identity/key-file.ts';
import { EXIT } from '../exit-codes.ts';
import { problemOf, Stop, typed, usage } from '../problem.ts';

export interface FirstRunOptions {
  /** The settings of the folder, as far as there are some. */
  readonly config: Pick<Config, 'dataDir' | 'name' | 'network'>;
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
/** With a backup file. */
const MAX_IDENTITY_BYTES = MAX_BACKUP_CHARACTERS + MAX_BODY_BYTES;
const PAGE = 'first-run.html';

const sessionBody = z.strictObject({ secret: z.string().max(256) });
const identityBody = z.strictObject({
  name: z.string().max(1_000),
  /** Of an identity that exists; null: a new one. */
  words: z.string().max(4_000).nullable(),
  backup: z.string().nullable(),
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
  const post = <B>(name: string, body: z.ZodType<B>, work: (body: B) => unknown, bodyLimit = MAX_BODY_BYTES) =>
    app.post(`${FIRST_RUN_PATH}/${name}`, { bodyLimit }, async (request) => work(read(body, request.body)));
  post('session', sessionBody, ({ secret }) => ({ key: course.open(secret) }));
  post('state', nothing, () => course.state);
  post('identity', identityBody, (wanted) => course.make(wanted), MAX_IDENTITY_BYTES);
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
  app.setErrorHandler((error, { routeOptions }, response: FastifyReply) => {
    const { code, message, facts } = problemOf(tooLarge(error, routeOptions.bodyLimit));
    const status = code === 'bug' ? 500 : code === 'body-too-large' ? 413 : 400;
    return response.status(status).send({ error: { code, message, facts } });
  });
}

/** What fastify says about a body that it did not read on, in words of ours. */
function tooLarge(error: unknown, limitBytes = MAX_BODY_BYTES): unknown {
  if ((error as { code?: string }).code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return error;
  const message = `The request has more than ${limitBytes} bytes, which is the limit.`;
  return new Stop({ code: 'body-too-large', message, facts: { limitBytes }, exitCode: EXIT.error });
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
  #made: FirstRunCourse['identity'] = null;
  #passphrase: string | null = null;
  #link: Promise<string> | null = null;

  constructor(options: FirstRunOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.end = resolve;
  }

  /** What a page shows, also one that was loaded again: the words stay until the node runs. */
  get state(): FirstRunCourse {
    return courseOf(this.#options.config, 'may', this.#made);
  }

  /** The key for the secret of the link, once. */
  open(secret: string): string {
    if (this.#key !== null || !isSame(secret, this.secret)) {
      throw new Stop({
        code: 'link-used',
        message: 'This link was used already. Run `geo ui` again, and open what it shows.',
        facts: {},
        exitCode: EXIT.error,
      });
    }
    this.#key = randomBytes(SECRET_BYTES).toString('base64url');
    return this.#key;
  }

  isOpenedBy(key: string): boolean {
    return this.#key !== null && isSame(key, this.#key);
  }

  /** Makes the identity. Everything that can be wrong is found before anything is written. */
  async make({ passphrase, ...wishes }: FirstRunWishes): Promise<FirstRunCourse> {
    if (this.#made !== null) return this.state;
    const { config } = this.#options;
    const plan = typed(await planFirstRun(config, wishes));
    if (passphrase !== null && [...passphrase].length < MIN_PASSPHRASE_CHARACTERS) {
      throw usage(
        `The passphrase needs at least ${MIN_PASSPHRASE_CHARACTERS} characters. Four random words are a good one.`,
      );
    }
    this.#made = await carryOutPlan(config, plan, passphrase);
    this.#passphrase = passphrase;
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
