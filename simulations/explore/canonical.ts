/**
 * One text for one value, so that equal records and messages are recognised whatever object holds them. Works for any
 * plain data: new kinds of records and messages need nothing here.
 */

/**
 * Left out, because two states that differ in nothing else do the same for ever:
 * - what explains or dates and decides nothing where the routes are chosen (§9.2: a cause is not signed and decides only
 *   where to try next);
 * - the head of a journal, which tells in which order facts came that count in any order (§3.2);
 * - when books were compared: here no process ends that had not compared them. One that has to do so first only refuses
 *   or keeps silent more often.
 */
const LEFT_OUT = new Set(['cause', 'refusal', 'closest', 'refusedHops', 'finishedAtMs', 'journalHead', 'comparedAtMs']);

const texts = new WeakMap<object, string>();

/** Equal for two values exactly when they are equal in all that decides. */
export function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  let text = texts.get(value);
  if (text === undefined) {
    text = textOf(value);
    texts.set(value, text);
  }
  return text;
}

function textOf(value: object): string {
  if (value instanceof Uint8Array) return `h${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== undefined && !LEFT_OUT.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${name}:${canonicalText(field)}`).join()}}`;
}
