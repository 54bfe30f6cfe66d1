/** JSON as the API takes it: what two readers might read differently, or what would reach into objects, is refused. */

import { excerpt } from '#protocol/excerpt.ts';

/** Strings and the characters that structure a text which is known to be JSON. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Keys that mean something to JavaScript itself. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The value, or why it is not taken. */
export function parseStrictJson(text: string): { readonly value: unknown } | { readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The rest of what the parser says quotes the text, which may hold anything.
    const where = / at position \d+/.exec((error as Error).message)?.[0] ?? '';
    return { why: `it is not JSON${where}; it should be one JSON object` };
  }
  const why = keyFlaw(text);
  return why === null ? { value } : { why };
}

/** What is wrong with the keys of the objects in a text that is JSON, or null. */
function keyFlaw(json: string): string | null {
  // One entry for each open object (its keys so far) or array (null).
  const open: (Set<string> | null)[] = [];
  let atKey = false;
  for (const [token] of json.matchAll(TOKENS)) {
    switch (token) {
      case '{':
        open.push(new Set());
        atKey = true;
        break;
      case '[':
        open.push(null);
        atKey = false;
        break;
      case '}':
      case ']':
        open.pop();
        atKey = false;
        break;
      case ',':
        atKey = (open.at(-1) ?? null) !== null;
        break;
      case ':':
        atKey = false;
        break;
      default: {
        const keys = (atKey ? open.at(-1) : null) ?? null;
        if (keys === null) break;
        const key = JSON.parse(token) as string;
        if (FORBIDDEN_KEYS.has(key)) return `the key "${key}" is not allowed`;
        if (keys.has(key)) return `the key "${excerpt(key)}" occurs twice`;
        keys.add(key);
      }
    }
  }
  return null;
}
