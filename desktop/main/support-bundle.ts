/**
 * A file for whoever is to help: what runs where, how it stands, the settings and the end of the log. No key, no words, no
 * passphrase, no token; whatever looks like one is taken out, also where it should not be. Names and amounts of others are
 * not in it either, since the log has none.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#node/config.ts';
import type { Situation } from '../preload/bridge.ts';

/** Of each log. */
const MOST_LINES = 500;
const LOGS = ['node.log', 'stderr.log', 'desktop.log'] as const;

/** What may be a secret, and what stands there instead. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // 24 words, or a part of them.
  [/\b(?:[a-z]{3,8}[ \t]+){11,}[a-z]{3,8}\b/g, '[words]'],
  // The secret of a link that opens the pages.
  [/#\/open\/[\w-]+/g, '#/open/[secret]'],
  [/\b(Bearer)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  // 32 random bytes, as cookies, keys of pages and passphrases are written.
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, '[secret]'],
  // A seed or a key of its length; transactions and participants are told apart by their beginning.
  [/\b([0-9a-f]{16})[0-9a-f]{48}\b/g, '$1…'],
  // Cards and requests say who somebody is and what they want.
  [/geo:(card|pay)\/[\w-]+/g, 'geo:$1/[link]'],
];

/** A text without what may be a secret. */
export function withoutSecrets(text: string, home: string = homedir()): string {
  const cleaned = SECRETS.reduce((rest, [secret, instead]) => rest.replace(secret, instead), text);
  // The path of the home folder has the name of its owner.
  return home === '' ? cleaned : cleaned.replaceAll(home, '~');
}

export interface BundleFacts {
  readonly folder: string;
  /** Of the program and what it runs on. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly situation: Situation;
  readonly nowMs: number;
}

/** The text of the file: JSON that people can read before they send it. */
export async function supportBundle({ folder, versions, situation, nowMs }: BundleFacts): Promise<string> {
  const logs = await Promise.all(LOGS.map(async (name) => [name, await lastLines(join(folder, name))] as const));
  const bundle = {
    about: 'Written by GEO for support. Read it before you send it: it should hold no secrets.',
    madeAt: new Date(nowMs).toISOString(),
    system: { platform: process.platform, arch: process.arch, ...versions },
    situation,
    settings: settingsOf(folder),
    logs: Object.fromEntries(logs),
  };
  // Each text on its own: what is taken out of one must not reach into the next.
  return `${JSON.stringify(bundle, (_key, value: unknown) => (typeof value === 'string' ? withoutSecrets(value) : value), 2)}\n`;
}

function settingsOf(folder: string): object {
  try {
    const { name: _, ...settings } = readConfig({ flags: { dataDir: folder }, environment: process.env });
    return settings;
  } catch (error) {
    return { unreadable: String(error) };
  }
}

async function lastLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(-MOST_LINES - 1)
    .filter((line) => line !== '');
}
