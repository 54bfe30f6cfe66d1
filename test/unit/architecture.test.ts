import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileViolations, folderViolations, type SourceFile } from '#test/support/architecture.ts';

const ROOT = join(import.meta.dirname, '../..');
const CODE_FOLDERS = ['bin', 'protocol', 'node', 'hub-indexer', 'simulations', 'desktop', 'test'];
const NOT_CODE = /^(test\/(vectors|fixtures)|desktop\/ui\/dist)\//;
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'test-results']);

describe('the tree', () => {
  it('keeps to the rules of who may import what, and to the others that are checked here', () => {
    const files = sourceFiles();
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(fileViolations)).toEqual([]);
  });

  it('has only the fixed folders at its top', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
      .map((entry) => entry.name);
    expect(folderViolations(folders)).toEqual([]);
    expect(folderViolations(['node', 'utils'])).toHaveLength(1);
  });
});

describe('the checker refuses', () => {
  it.each([
    ['node from protocol', 'protocol/a.ts', "import { x } from '#node/x.ts';"],
    ['only a type of node from protocol', 'protocol/a.ts', "import type { X } from '#node/x.ts';"],
    ['a type expression that imports', 'protocol/a.ts', "let x: import('#node/x.ts').X;"],
    ['a re-export that imports', 'protocol/a.ts', "export * from '#node/x.ts';"],
    ['a named re-export that imports', 'protocol/a.ts', "export { x } from '#node/x.ts';"],
    ['a dynamic import', 'protocol/a.ts', "const x = import('#node/x.ts');"],
    ['a computed import', 'protocol/a.ts', 'const x = import(name);'],
    ['a built-in module in protocol', 'protocol/a.ts', "import { createHash } from 'node:crypto';"],
    ['a built-in module without its prefix', 'protocol/a.ts', "import { createHash } from 'crypto';"],
    ['another package in protocol', 'protocol/a.ts', "import { z } from 'zod';"],
    ['a scope that only begins like an allowed one', 'protocol/a.ts', "import x from '@noble-fake/hashes';"],
    ['a relative path out of its folder', 'protocol/a.ts', "import { x } from '../node/x.ts';"],
    ['simulations from node', 'node/a.ts', "import { x } from '#simulations/x.ts';"],
    ['the hub from node', 'node/a.ts', "import { x } from '#hub-indexer/x.ts';"],
    ['libp2p outside of node/p2p', 'node/driver.ts', "import { createLibp2p } from 'libp2p';"],
    ['a libp2p type outside of node/p2p', 'node/driver.ts', "import type { PeerId } from '@libp2p/interface';"],
    ['multiaddr outside of node/p2p', 'node/config.ts', "import { multiaddr } from '@multiformats/multiaddr';"],
    ['libp2p in the hub', 'hub-indexer/a.ts', "import { createLibp2p } from 'libp2p';"],
    ['level outside of node/store', 'node/driver.ts', "import { Level } from 'level';"],
    ['node from simulations', 'simulations/network.ts', "import { x } from '#node/x.ts';"],
    ['simulations from the hub', 'hub-indexer/a.ts', "import { x } from '#simulations/x.ts';"],
    ['test from node', 'node/a.ts', "import { x } from '#test/support/x.ts';"],
    ['test from simulations', 'simulations/real-network.ts', "import { x } from '#test/support/x.ts';"],
    ['the test runner outside of test', 'simulations/a.ts', "import { expect } from 'vitest';"],
    ['a package in the launcher', 'bin/geo.js', "import { z } from 'zod';"],
    ['a value of the contract in the window', 'desktop/ui/a.ts', "import { operations } from '#node/api/contract.ts';"],
    ['another type of the node in the window', 'desktop/ui/a.ts', "import type { X } from '#node/driver.ts';"],
    ['a schema in the window', 'desktop/ui/a.tsx', "import { z } from 'zod';"],
    ['a built-in module in the window', 'desktop/ui/a.ts', "import { join } from 'node:path';"],
    ['another package in the window', 'desktop/ui/a.ts', "import React from 'react';"],
    ['the window from node', 'node/a.ts', "import { x } from '#desktop/ui/src/x.ts';"],
    ['simulations from the pages of a node', 'desktop/ui/src/app.tsx', "import { x } from '#simulations/x.ts';"],
    ['a folder that has no rule', 'utils/a.ts', "import { x } from '#protocol/x.ts';"],
    ['an async function in protocol', 'protocol/a.ts', 'export async function f() {}'],
    ['an async method in protocol', 'protocol/a.ts', 'export const o = { async f() {} };'],
    ['await in protocol', 'protocol/a.ts', 'const x = await y;'],
    ['for await in protocol', 'protocol/a.ts', 'export {};\nfor await (const x of y) z(x);'],
    ['the clock in protocol', 'protocol/a.ts', 'const now = Date.now();'],
    ['a new Date in protocol', 'protocol/a.ts', 'const now = new Date();'],
    ['Date in a shorthand property', 'protocol/a.ts', 'const clock = { Date };'],
    ['Math.random in protocol', 'protocol/a.ts', 'const x = Math.random();'],
    ['Math.random by its name as text', 'protocol/a.ts', "const x = Math['random']();"],
    ['Math.random taken out of Math', 'protocol/a.ts', 'const { random } = Math;'],
    ['performance in protocol', 'protocol/a.ts', 'const x = performance.now();'],
    ['the global crypto in protocol', 'protocol/a.ts', 'crypto.getRandomValues(bytes);'],
    ['a timer in protocol', 'protocol/a.ts', 'setTimeout(f, 1);'],
    ['a promise in protocol', 'protocol/a.ts', 'const p = Promise.resolve();'],
    ['the global object in protocol', 'protocol/a.ts', 'const x = globalThis[name];'],
    ['any as a type', 'node/a.ts', 'let x: any;'],
    ['any as an assertion', 'node/a.ts', 'f(x as any);'],
    ['any inside of a type', 'node/a.ts', 'let x: Array<any>;'],
    ['ignored type errors', 'node/a.ts', '// @ts-ignore\nf();'],
    ['a file without type checks', 'node/a.ts', '/* @ts-nocheck */\nf();'],
    ['a skipped test', 'test/unit/a.test.ts', "it.skip('x', f);"],
    ['a skipped group', 'test/unit/a.test.ts', "describe.skip('x', f);"],
    ['a lone test', 'test/unit/a.test.ts', "test.only('x', f);"],
    ['a test to do', 'test/unit/a.test.ts', "it.todo('x');"],
    ['a test skipped on a condition', 'test/unit/a.test.ts', "it.skipIf(slow)('x', f);"],
    ['a skipped table of tests', 'test/unit/a.test.ts', "it.concurrent.skip.each([1])('x', f);"],
    ['a test that skips itself', 'test/unit/a.test.ts', "it('x', (context) => context.skip());"],
    ['a long file', 'node/a.ts', 'f();\n'.repeat(451)],
  ])('%s', (_what, path, text) => {
    expect(fileViolations({ path, text })).toHaveLength(1);
  });

  it('and says where', () => {
    const text = "import { f } from './f.ts';\n\nf(Date.now());\n";
    expect(fileViolations({ path: 'protocol/a.ts', text })).toEqual(['protocol/a.ts:3: protocol is pure: Date']);
  });
});

describe('the checker allows', () => {
  it.each([
    ['what protocol may import', 'protocol/a.ts', protocolImports()],
    ['a property with the name of a global', 'protocol/a.ts', 'const x = { Date: 1 }; f(x.Date, Math.max(1, 2));'],
    ['a name of a global in a comment or text', 'protocol/a.ts', "// Date, async\nconst x = 'await Date.now()';"],
    ['protocol from node', 'node/driver.ts', "import { step } from '#protocol/machine.ts';"],
    ['libp2p in node/p2p', 'node/p2p/host.ts', "import { createLibp2p } from 'libp2p';"],
    ['level in node/store', 'node/store/store.ts', "import { Level } from 'level';"],
    ['built-in modules in node', 'node/a.ts', "import { join } from 'node:path';"],
    ['async in node', 'node/a.ts', 'export async function f() { await g(Date.now()); }'],
    ['node from the real network', 'simulations/real-network.ts', "import { x } from '#node/x.ts';"],
    ['node from the hub', 'hub-indexer/main.ts', "import { x } from '#node/x.ts';"],
    ['everything from test', 'test/e2e/a.test.ts', "import 'libp2p'; import '#node/x.ts'; import '#simulations/y.ts';"],
    ['types of the contract in the window', 'desktop/ui/a.ts', "import type { Result } from '#node/api/contract.ts';"],
    ['simulations from the designer', 'desktop/ui/src/designer/a.ts', "import { x } from '#simulations/x.ts';"],
    ['what the window is made of', 'desktop/ui/a.tsx', "import { render } from 'preact';\nconst x = <p>y</p>;"],
    ['a file of the greatest length', 'node/a.ts', 'f();\n'.repeat(450)],
    ['tests as they should be', 'test/unit/a.test.ts', "describe('x', () => { it.each([1])('y', f); });"],
  ])('%s', (_what, path, text) => {
    expect(fileViolations({ path, text })).toEqual([]);
  });
});

function protocolImports(): string {
  return ['./b.ts', '#protocol/c.ts', 'cborg', '@noble/hashes/sha2.js', '@scure/base', 'uint8arrays/concat']
    .map((specifier) => `import '${specifier}';`)
    .join('\n');
}

function sourceFiles(): SourceFile[] {
  return CODE_FOLDERS.filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => /\.([jt]s|tsx)$/.test(path) && !NOT_CODE.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}
