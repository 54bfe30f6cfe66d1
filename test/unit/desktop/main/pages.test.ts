import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, servePages } from '#desktop/main/pages.ts';

let root: string;
let answer: ReturnType<typeof servePages>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'geo-pages-'));
  await mkdir(join(root, 'dist/assets'), { recursive: true });
  await writeFile(join(root, 'dist/index.html'), '<!doctype html>');
  await writeFile(join(root, 'dist/assets/index.js'), 'export {};');
  await writeFile(join(root, 'dist/assets/secret.pem'), 'secret');
  await writeFile(join(root, 'secret.js'), 'secret');
  answer = servePages(join(root, 'dist'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

it.each([
  ['/ui/index.html', 'text/html; charset=utf-8'],
  ['/ui/index.html?x=1#/pay', 'text/html; charset=utf-8'],
  ['/ui/assets/index.js', 'text/javascript; charset=utf-8'],
])('gives what was built: %s', async (path, type) => {
  const response = await answer({ method: 'GET', url: `geo-app://app${path}` });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
  expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('permissions-policy')).toContain('camera=(self), microphone=()');
});

it.each([
  ['GET', 'geo-app://app/ui/../secret.js'],
  ['GET', 'geo-app://app/ui/%2e%2e/secret.js'],
  ['GET', 'geo-app://app/ui/..%2fsecret.js'],
  ['GET', 'geo-app://app/ui/..\\secret.js'],
  ['GET', 'geo-app://app/ui//etc/passwd'],
  ['GET', 'geo-app://app/ui/assets/secret.pem'],
  ['GET', 'geo-app://app/ui/assets'],
  ['GET', 'geo-app://app/ui/assets/none.js'],
  ['GET', 'geo-app://app/ui/assets/constructor'],
  ['GET', 'geo-app://app/'],
  ['GET', 'geo-app://other/ui/index.html'],
  ['GET', 'https://app/ui/index.html'],
  ['GET', 'nonsense'],
  ['POST', 'geo-app://app/ui/index.html'],
])('gives nothing else: %s %s', async (method, url) => {
  const response = await answer({ method, url });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await response.text()).not.toContain('secret');
  expect(response.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
});
