/** `geo sim design` as a process: who is let in, what it serves, and what it reads and saves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '#test/support/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');
const DRAWN = join(ROOT, 'simulations/studies/drawn.yaml');

let folder: string;
let file: string;
let designer: ChildProcess;
let origin: string;
let secret: string;
let key: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'geo-design-'));
  file = join(folder, 'drawn.yaml');
  copyFileSync(DRAWN, file);
  designer = spawn(process.execPath, ['simulations/run.ts', 'design', file, '--print'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: designer.stdout as NonNullable<ChildProcess['stdout']> });
  const [link] = (await once(lines, 'line')) as [string];
  [origin, secret] = [new URL(link).origin, new URL(link).hash.replace('#/open/', '')];
});

afterAll(async () => {
  designer.kill('SIGTERM');
  expect(await once(designer, 'exit')).toEqual([0, null]);
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const init: RequestInit = { method, headers: { 'x-geo-key': key ?? '', ...headers } };
  if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${origin}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A request whose path and host no browser would send. */
async function askRaw(path: string, host: string): Promise<number | undefined> {
  const asked = request(origin, { path, headers: { host } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode;
}

const host = () => new URL(origin).host;

describe('the page', () => {
  it('is opened by its secret once', async () => {
    expect(await ask('GET', '/design/file')).toMatchObject({ status: 401 });
    expect(await ask('POST', '/design/session', { secret: 'x'.repeat(secret.length) })).toMatchObject({ status: 401 });
    const opened = await ask('POST', '/design/session', { secret });
    expect(opened.status).toBe(200);
    key = String(opened.body.key);
    expect(await ask('POST', '/design/session', { secret })).toMatchObject({ status: 401 });
    expect(await ask('GET', '/design/file', undefined, { 'x-geo-key': 'x'.repeat(key.length) })).toMatchObject({
      status: 401,
    });
  });

  it('is served to this machine under this address alone, and nothing else is', async () => {
    const page = await fetch(`${origin}/ui/designer.html`);
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringMatching(/^default-src 'self';/) as string,
    ]);
    expect(await askRaw('/ui/designer.html', 'evil.example')).toBe(403);
    for (const path of ['/ui/../package.json', '/ui/..%2f..%2f..%2fpackage.json', '/ui/%', '/ui/', '/package.json']) {
      expect([path, await askRaw(path, host())]).not.toEqual([path, 200]);
    }
  });
});

describe('the file', () => {
  it('is read, with what it means', async () => {
    const { body } = await ask('GET', '/design/file');
    expect(body).toMatchObject({ path: file, delayMs: 50, raw: { study: 'drawn' }, study: { latency: 'constant:50' } });
  });

  it('is saved, and comments beside what did not change stay', async () => {
    const { raw } = (await ask('GET', '/design/file')).body as { raw: Record<string, unknown> };
    expect((await ask('PUT', '/design/file', { study: { ...raw, clearing: 'off' } })).status).toBe(200);
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(readFileSync(DRAWN, 'utf8').replace('clearing: on', 'clearing: off'));
    expect(existsSync(`${file}.draft`)).toBe(false);
  });

  it.each([
    ['no study', '{}', /should have/],
    ['no JSON', '{"study": ', /no JSON/],
    ['too much', `"${'x'.repeat(5_000_000)}"`, /has more than/],
    ['a study without people', { study: { study: 'x', network: { lines: [] } } }, /participants and lines together/],
    [
      'somebody who is not there',
      {
        study: {
          study: 'x',
          network: { participants: [{ name: 'A' }, { name: 'B' }], lines: [{ from: 'A', to: 'C', limit: 1 }] },
        },
      },
      /nobody is called “C”/,
    ],
    ['a generated network', { study: { study: 'x', network: { graph: 'ba:20,2' } } }, /is generated/],
    ['a field that there is not', { study: { study: 'x', fee: 1, network: {} } }, /has no field “fee”/],
  ])('is not saved as %s, with words on why', async (_what, body, words) => {
    const before = readFileSync(file, 'utf8');
    const answer = await ask('PUT', '/design/file', body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.error).toMatch(words);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('another one can be read as text', async () => {
    const read = await ask('POST', '/design/read', { text: readFileSync(DRAWN, 'utf8') });
    expect(read.body).toMatchObject({ path: file, raw: { clearing: 'on' } });
    expect(await ask('POST', '/design/read', { text: 'study: [' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('is no YAML') as string },
    });
    const many = Array.from({ length: 201 }, (_, index) => `{ name: P${index} }`).join(', ');
    const text = `study: x\nnetwork: { participants: [${many}], lines: [{ from: P0, to: P1, limit: 1 }] }\n`;
    expect((await ask('POST', '/design/read', { text })).body.error).toMatch(/has 201 participants: at most 200/);
  });
});

describe('the command', () => {
  it.each([
    ['--help', 0, /Usage: .* design \[FILE\]/],
    ['--port=x', 3, /--port is "x"/],
    ['--nonsense', 3, /nonsense/],
  ])('%s ends with %d', async (option, exitCode, words) => {
    const run = await runProgram(['node/main.ts', 'sim', 'design', option], { cwd: ROOT });
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toMatch(words);
  });

  it('says before anything is served what it cannot open', async () => {
    const generated = join(folder, 'generated.yaml');
    writeFileSync(generated, 'study: x\nnetwork: { graph: "ba:20,2" }\n');
    const run = await runProgram(['simulations/run.ts', 'design', generated], { cwd: ROOT });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toMatch(/only drawn ones can be shown/);
  });
});
