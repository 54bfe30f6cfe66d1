/** The rules of who may import what, and a few others that no linter here can state, checked on a parsed file. */
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** The folders of code, and which of them each may import; `test` may import all of them and is imported by none. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: ['protocol'],
  node: ['node', 'protocol'],
  'hub-indexer': ['hub-indexer', 'node', 'protocol'],
  simulations: ['simulations', 'protocol'],
  desktop: ['desktop', 'protocol'],
  test: ['test', 'protocol', 'node', 'hub-indexer', 'simulations', 'desktop'],
  bin: ['bin'],
};

/** What the pages in a browser are made of. */
const UI_PACKAGES = /^(preact|@preact\/signals|@tanstack\/virtual-core|qr|qrcode|sigma|graphology)$/;
/** Only their types, which are gone from what is built: no schema is sent to a browser. */
const UI_TYPES = /^(#node\/api\/contract\.ts|zod)$/;

/** What the desktop program sees of the node: its API, how one begins, is started and stopped, whose folder it is. Nothing inside. */
const DESKTOP_NODE =
  /^#node\/(api\/(address|client|contract|words)|config|failure|first-run|identity\/key-file|node|private-file|store\/lock)\.ts$/;
const DESKTOP_PACKAGES = /^(electron|zod)$/;

const TOP_LEVEL_FOLDERS = ['bin', 'desktop', 'hub-indexer', 'node', 'protocol', 'simulations', 'test'];

const PROTOCOL_PACKAGES = /^(cborg|uint8arrays|@noble\/[^/]+|@scure\/[^/]+)$/;

/** Packages that only one folder (and the tests) sees, so that the rest of the code cannot come to depend on them. */
const KEPT_IN = [
  { packages: /^(libp2p|@libp2p\/.+|@chainsafe\/.+|@multiformats\/.+)$/, folder: 'node/p2p/' },
  { packages: /^(level|classic-level|abstract-level)$/, folder: 'node/store/' },
  { packages: /^(vitest|@vitest\/.+|fast-check)$/, folder: 'test/' },
];

/** What would make a step depend on anything but its arguments, or not run in every place. */
const IMPURE_NAMES = new Set(
  (
    'Date Intl Temporal performance crypto process Buffer console globalThis WeakRef FinalizationRegistry Promise ' +
    'fetch setTimeout setInterval setImmediate queueMicrotask require'
  ).split(' '),
);

const TEST_FUNCTIONS = new Set(['it', 'test', 'describe', 'suite', 'bench']);
const TEST_MODIFIERS = new Set(['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails']);

const COMPUTED = '(computed)';

const MOST_LINES = 450;

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** What a file does against the rules, one line each: `path:line: what`. */
export function fileViolations(file: SourceFile): string[] {
  // A set, because two nodes of the tree may stand for the same words.
  const found = new Set<string>();
  const report = (start: number, what: string): void => {
    found.add(`${file.path}:${file.text.slice(0, start).split('\n').length}: ${what}`);
  };

  const lines = file.text.replace(/\n$/, '').split('\n').length;
  if (lines > MOST_LINES) report(file.text.length - 1, `has ${lines} lines, more than ${MOST_LINES}`);

  const comment = /@ts-(ignore|nocheck)/.exec(withoutStrings(file.text));
  if (comment !== null) report(comment.index, `${comment[0]} hides type errors`);

  const protocol = file.path.startsWith('protocol/');
  const test = file.path.startsWith('test/');
  walk(parse(file), (node, parent) => {
    if (node.type === 'TSAnyKeyword') report(node.start, 'any');
    const specifier = importedBy(node);
    if (specifier !== undefined) {
      const refused = importRefusal(file.path, specifier, isOfTypes(node));
      if (refused !== undefined) report(node.start, refused);
    }
    const impure = protocol ? impurity(node, parent) : undefined;
    if (impure !== undefined) report(node.start, `protocol is pure: ${impure}`);
    const modifier = test ? testModifier(node) : undefined;
    if (modifier !== undefined) report(node.start, `a test with .${modifier}`);
  });
  return [...found];
}

/** The folders at the top of the repository that have no place there. */
export function folderViolations(folders: readonly string[]): string[] {
  return folders
    .filter((name) => !TOP_LEVEL_FOLDERS.includes(name))
    .map((name) => `${name}/: the top level is fixed, and this folder is not in it`);
}

/** Why a file may not import this, or undefined. */
function importRefusal(path: string, specifier: string, ofTypes: boolean): string | undefined {
  const area = path.slice(0, path.indexOf('/'));
  // All of it but the window, which runs in a page.
  const isProgram = area === 'desktop' && !path.startsWith('desktop/ui/');
  if (specifier === COMPUTED) return area === 'bin' ? undefined : 'imports a computed name, which nobody can check';
  if (path.startsWith('desktop/ui/') && ofTypes && UI_TYPES.test(specifier)) return undefined;
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    if (!target.startsWith(`${area}/`) && target !== 'package.json') {
      return `${specifier} leaves ${area}/: import across folders by subpath`;
    }
    return undefined;
  }
  if (isProgram && (specifier.startsWith('node:') || DESKTOP_NODE.test(specifier))) return undefined;
  if (specifier.startsWith('#')) {
    // The network designer runs the simulator's network in its page.
    if (path.startsWith('desktop/ui/src/designer/') && specifier.startsWith('#simulations/')) return undefined;
    const target = specifier.slice(1, specifier.indexOf('/'));
    // The simulator may sign for real: the back end of Ed25519 is the one part of the node that is pure as well.
    const isEd25519 = area === 'simulations' && specifier === '#node/identity/ed25519.ts';
    const realNetwork = area === 'simulations' && target === 'node' && /\/real-network[^/]*(\/|$)/.test(path);
    return isEd25519 || realNetwork || MAY_IMPORT[area]?.includes(target)
      ? undefined
      : `${area} may not import ${specifier}`;
  }
  if (specifier.startsWith('node:')) {
    return area === 'protocol' || area === 'desktop' ? `${area} may not import ${specifier}` : undefined;
  }
  return packageRefusal(path, area, specifier);
}

function packageRefusal(path: string, area: string, specifier: string): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (area === 'protocol') return PROTOCOL_PACKAGES.test(name) ? undefined : `protocol may not import ${name}`;
  if (/^desktop\/ui\/(vite|member)\.config\.ts$/.test(path))
    return name === 'vite' ? undefined : `it may not import ${name}`;
  if (path === 'desktop/packaging/build.ts') return name === 'esbuild' ? undefined : `it may not import ${name}`;
  if (area === 'desktop' && !path.startsWith('desktop/ui/')) {
    return DESKTOP_PACKAGES.test(name) ? undefined : `only desktop/ui may import ${name}`;
  }
  // Of the passphrase of a member's key, a browser makes no slow digest by itself that would be good enough.
  if (path === 'desktop/ui/src/member/vault.ts' && name === '@noble/hashes') return undefined;
  if (area === 'desktop') return UI_PACKAGES.test(name) ? undefined : `desktop may not import ${name}`;
  if (area === 'bin') return `bin may not import ${name}`;
  if (area === 'test') return undefined;
  const kept = KEPT_IN.find((rule) => rule.packages.test(name));
  return kept === undefined || path.startsWith(kept.folder) ? undefined : `only ${kept.folder} may import ${name}`;
}

/** What a node imports: any form of import or re-export, of values or of types. */
function importedBy(node: AstNode): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType': {
      const source = node.source;
      if (!isNode(source)) return undefined;
      return typeof source.value === 'string' ? source.value : COMPUTED;
    }
    default:
      return undefined;
  }
}

/** Does it import types only, which nothing is loaded for? */
function isOfTypes(node: AstNode): boolean {
  return node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type';
}

function impurity(node: AstNode, parent: AstNode | undefined): string | undefined {
  if (node.async === true) return 'async';
  if (node.type === 'AwaitExpression' || node.await === true) return 'await';
  if (node.type === 'MemberExpression' && nameOf(node.object) === 'Math') {
    return node.computed === true || nameOf(node.property) === 'random' ? 'Math.random' : undefined;
  }
  if (node.type !== 'Identifier') return undefined;
  const name = nameOf(node) ?? '';
  if (name === 'Math' && parent?.type !== 'MemberExpression') return 'Math as a value, which hides Math.random';
  // The name after a dot or before a colon is not the global one.
  const afterDot = parent?.property === node && parent.computed !== true;
  const beforeColon = parent?.key === node && parent.computed !== true && parent.shorthand !== true;
  return IMPURE_NAMES.has(name) && !afterDot && !beforeColon ? name : undefined;
}

function testModifier(node: AstNode): string | undefined {
  if (node.type === 'CallExpression' && isNode(node.callee) && node.callee.type === 'MemberExpression') {
    // `context.skip()` inside a running test
    if (nameOf(node.callee.property) === 'skip') return 'skip';
  }
  if (node.type !== 'MemberExpression') return undefined;
  const name = nameOf(node.property);
  if (name === undefined || !TEST_MODIFIERS.has(name)) return undefined;
  let root = node.object;
  while (isNode(root) && (root.type === 'MemberExpression' || root.type === 'CallExpression')) {
    root = root.object ?? root.callee;
  }
  return TEST_FUNCTIONS.has(nameOf(root) ?? '') ? name : undefined;
}

function languageOf(path: string): 'ts' | 'tsx' | 'js' {
  if (path.endsWith('.tsx')) return 'tsx';
  return path.endsWith('.ts') ? 'ts' : 'js';
}

function parse(file: SourceFile): AstNode {
  // oxlint-disable-next-line typescript/no-deprecated -- the one parser that our direct dependencies export
  const program: unknown = parseAst(file.text, { lang: languageOf(file.path) }, file.path);
  if (!isNode(program)) throw new Error(`${file.path}: the parser gave no tree`);
  return program;
}

function walk(node: AstNode, visit: (node: AstNode, parent: AstNode | undefined) => void, parent?: AstNode): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, visit, node);
    } else if (isNode(value)) {
      walk(value, visit, node);
    }
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && typeof value.name === 'string' ? value.name : undefined;
}

/** Blanks what stands between quotes on one line, keeping every position. */
function withoutStrings(text: string): string {
  return text.replace(/'[^'\n]*'|"[^"\n]*"/g, (quoted) => ' '.repeat(quoted.length));
}
