/** How a hub serves the page of its members: nothing inline, nothing foreign, and what never changes is kept. */
import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { startMembersHub } from '#test/support/members.ts';

let url: string;
beforeAll(async () => {
  ({ url } = await startMembersHub());
});

/** The files of `/assets/` that the page names. */
async function assets(): Promise<readonly string[]> {
  const html = await (await fetch(`${url}/`)).text();
  return [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] as string);
}

describe('the page of members', () => {
  it('comes with a policy that lets in nothing but the hub, and asks again each time', async () => {
    const response = await fetch(`${url}/`);
    const { headers } = response;
    expect([response.status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      ...[200, 'text/html; charset=utf-8', 'no-cache'],
    ]);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|blob:|\*/);
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual(['nosniff', 'no-referrer']);
    const html = await response.text();
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
  });

  it('names files that are kept for good, because another content has another name', async () => {
    const names = await assets();
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const { status, headers } = await fetch(`${url}${name}`);
      expect([name, status, headers.get('cache-control')]).toEqual([
        ...[name, 200, 'public, max-age=31536000, immutable'],
      ]);
    }
  });

  it.each([
    ['/sw.js', /^(application|text)\/javascript/],
    ['/manifest.webmanifest', /^application\/manifest\+json/],
    ['/icon.svg', /^image\/svg\+xml/],
    ['/icon.png', /^image\/png/],
  ])('has %s under a name that stays', async (name, type) => {
    const { status, headers } = await fetch(`${url}${name}`);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(headers.get('content-type')).toMatch(type);
  });

  it('can be installed: the manifest names a page and pictures that are there', async () => {
    const manifest = (await (await fetch(`${url}/manifest.webmanifest`)).json()) as {
      readonly start_url: string;
      readonly icons: readonly { readonly src: string }[];
    };
    for (const path of [manifest.start_url, ...manifest.icons.map(({ src }) => src)]) {
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    }
  });

  it.each([
    '/../index.html',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/index.html',
    '/nothing.js',
    '/assets/../../index.html',
  ])('is all there is: not %s', async (path) => {
    const { hostname, port } = new URL(url);
    const status = await new Promise((resolve, reject) => {
      // A path as it is, which `fetch` would tidy up.
      request({ hostname, port, path }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect([400, 403, 404]).toContain(status);
  });

  it('leaves the API as it was', async () => {
    const response = await fetch(`${url}/api/v1/nothing`);
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not-found' } }]);
  });
});
