/**
 * The Lightning network as a node of lnd sees it: the JSON of `lncli describegraph`. A satoshi is one unit.
 *
 * How a channel's capacity is shared is secret, so each end can pay half of it. An end whose policy is disabled or was
 * never announced passes nothing on: it can pay nothing.
 */
import { readFile } from 'node:fs/promises';
import { BadFile, numberIn, shown } from './lines.ts';
import { amountIn, checkBytes, checkSize, nameIn, type Reader } from './reader.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Reads all nodes and channels; several channels of the same two add up. Throws `BadFile`. */
export async function readDescribeGraph(reader: Reader): Promise<void> {
  await checkBytes(reader.path);
  const { nodes, edges } = fieldsOf(reader, await parsed(reader.path), 'the whole file');
  if (!Array.isArray(edges)) {
    throw new BadFile(reader.path, null, 'has no list called "edges": write what lncli describegraph prints');
  }
  if (edges.length === 0) throw new BadFile(reader.path, null, 'has no channel in it');
  for (const [at, node] of (Array.isArray(nodes) ? nodes : []).entries()) {
    const { pub_key } = fieldsOf(reader, node, `nodes[${at}]`);
    reader.builder.node(nameIn(reader, null, pub_key, `nodes[${at}].pub_key`));
  }
  for (const [at, edge] of edges.entries()) readChannel(reader, edge, `edges[${at}]`);
}

async function parsed(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BadFile(path, null, error instanceof SyntaxError ? `is not JSON: ${why}` : why);
  }
}

function readChannel(reader: Reader, edge: unknown, where: string): void {
  const { builder } = reader;
  const fields = fieldsOf(reader, edge, where);
  const first = builder.node(nameIn(reader, null, fields.node1_pub, `${where}.node1_pub`));
  const second = builder.node(nameIn(reader, null, fields.node2_pub, `${where}.node2_pub`));
  const capacity = typeof fields.capacity === 'number' ? String(fields.capacity) : fields.capacity;
  if (typeof capacity !== 'string' || numberIn(capacity) === null) {
    const given = typeof capacity === 'string' ? shown(capacity) : capacity === undefined ? 'missing' : typeof capacity;
    throw new BadFile(reader.path, null, `${where}.capacity is ${given}: write satoshi as a number or as text`);
  }
  const half = amountIn(reader, null, capacity, `${where}.capacity`) / 2;
  const passes = (name: 'node1_policy' | 'node2_policy') => isPassing(reader, fields, name, where);
  // Each end rules over what it passes on to the other.
  builder.channel(
    first,
    second,
    passes('node1_policy') ? Math.floor(half) : 0,
    passes('node2_policy') ? Math.ceil(half) : 0,
  );
  checkSize(reader, null);
}

/** Dumps without any policies have no such fields: then both ends pass on. */
function isPassing(reader: Reader, fields: Fields, name: 'node1_policy' | 'node2_policy', where: string): boolean {
  const policy = fields[name];
  if (policy === undefined) return !('node1_policy' in fields || 'node2_policy' in fields);
  if (policy === null) return false;
  return fieldsOf(reader, policy, `${where}.${name}`).disabled !== true;
}

function fieldsOf(reader: Reader, value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new BadFile(reader.path, null, `${where} is not an object: write what lncli describegraph prints`);
}
