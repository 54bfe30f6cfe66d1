/**
 * Networks in GraphML, as Gephi, networkx, igraph and yEd write them. An edge source→target is the trust line by which the
 * source lets the target owe; an edge without a direction is two lines. The limit is the edge's attribute called `limit`,
 * `capacity` or `weight`, the first of these that it has.
 */
import { createReadStream } from 'node:fs';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { BadFile, shown } from './lines.ts';
import { amountIn, checkBytes, checkSize, nameIn, type Reader } from './reader.ts';

const LIMIT_NAMES = ['limit', 'capacity', 'weight'] as const;
const MOST_TEXT_CHARACTERS = 400;

/** An attribute that edges may have. */
interface Key {
  readonly name: string;
  default: string | null;
}

/** An edge while its parts are read. */
interface Edge {
  readonly source: string;
  readonly target: string;
  readonly isDirected: boolean;
  readonly line: number;
  /** By the id of the key. */
  readonly values: Map<string, string>;
}

/** Reads all participants and lines, piece by piece. Throws `BadFile`. */
export async function readGraphml(reader: Reader): Promise<void> {
  await checkBytes(reader.path);
  const handler = new GraphmlHandler(reader);
  try {
    for await (const piece of createReadStream(reader.path, { encoding: 'utf8' })) handler.write(piece as string);
    handler.close();
  } catch (error) {
    if (error instanceof BadFile) throw error;
    const why = error instanceof Error ? error.message : String(error);
    // The parser puts line and column before what is wrong.
    const [, line, what] = /^(?:undefined:)?(\d+):\d+: (.*)$/s.exec(why) ?? [];
    throw new BadFile(
      reader.path,
      line === undefined ? null : Number(line),
      what === undefined ? why : `is not XML: ${what}`,
    );
  }
}

class GraphmlHandler {
  readonly #reader: Reader;
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #keys = new Map<string, Key>();
  /** Whether edges have a direction, by graph: one may lie in a node of another. */
  readonly #directed: boolean[] = [];
  #key: Key | null = null;
  #edge: Edge | null = null;
  /** Text that is being read: of a default, or of an attribute of an edge. */
  #text: string | null = null;
  #data = '';
  #isBegun = false;
  #edges = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#parser.on('opentag', (tag) => this.#open(tag));
    this.#parser.on('closetag', (tag) => this.#close(tag.local));
    const text = (more: string) => this.#more(more);
    this.#parser.on('text', text);
    this.#parser.on('cdata', text);
  }

  write(piece: string): void {
    this.#parser.write(piece);
  }

  close(): void {
    this.#parser.close();
    if (this.#edges === 0) throw new BadFile(this.#reader.path, null, 'has no edge in it');
  }

  #bad(what: string, line = this.#parser.line): BadFile {
    return new BadFile(this.#reader.path, line, what);
  }

  #open(tag: SaxesTagNS): void {
    const value = (name: string) => tag.attributes[name]?.value;
    if (!this.#isBegun && tag.local !== 'graphml') {
      throw this.#bad(`begins with ${shown(tag.local)}: GraphML begins with <graphml>`);
    }
    this.#isBegun = true;
    switch (tag.local) {
      case 'key':
        this.#openKey(value('id'), value('for'), value('attr.name'));
        break;
      case 'graph':
        this.#directed.push(value('edgedefault') === 'directed');
        break;
      case 'node':
        this.#reader.builder.node(nameIn(this.#reader, this.#parser.line, value('id'), 'the id of a node'));
        break;
      case 'edge':
        this.#openEdge(value('source'), value('target'), value('directed'));
        break;
      case 'hyperedge':
        throw this.#bad('has an edge of more than two ends: a trust line has two');
      case 'default':
        if (this.#key !== null) this.#text = '';
        break;
      case 'data':
        if (this.#edge !== null) {
          this.#data = value('key') ?? '';
          this.#text = this.#keys.has(this.#data) ? '' : null;
        }
        break;
      default:
    }
  }

  #openKey(id: string | undefined, of: string | undefined, name: string | undefined): void {
    if (id === undefined) throw this.#bad('has a key without an id');
    if (of !== undefined && of !== 'edge' && of !== 'all') return;
    const lower = (name ?? id).toLowerCase();
    if (!LIMIT_NAMES.some((known) => known === lower)) return;
    this.#key = { name: lower, default: null };
    this.#keys.set(id, this.#key);
  }

  #openEdge(source: string | undefined, target: string | undefined, directed: string | undefined): void {
    const { line } = this.#parser;
    this.#edge = {
      source: nameIn(this.#reader, line, source, 'the source of an edge'),
      target: nameIn(this.#reader, line, target, 'the target of an edge'),
      isDirected: directed === undefined ? (this.#directed.at(-1) ?? false) : directed === 'true',
      line,
      values: new Map(),
    };
  }

  #more(text: string): void {
    if (this.#text === null) return;
    this.#text += text;
    if (this.#text.length > MOST_TEXT_CHARACTERS) throw this.#bad(`a limit is ${shown(this.#text)}: write a number`);
  }

  #close(name: string): void {
    switch (name) {
      case 'key':
        this.#key = null;
        break;
      case 'graph':
        this.#directed.pop();
        break;
      case 'default':
        if (this.#key !== null) this.#key.default = this.#text;
        this.#text = null;
        break;
      case 'data':
        if (this.#text !== null) this.#edge?.values.set(this.#data, this.#text);
        this.#text = null;
        break;
      case 'edge':
        if (this.#edge !== null) this.#line(this.#edge);
        this.#edge = null;
        break;
      default:
    }
  }

  #line(edge: Edge): void {
    const { builder } = this.#reader;
    const { source, target, line } = edge;
    const limit = amountIn(this.#reader, line, this.#limitOf(edge).trim(), 'the limit of the edge');
    const [from, to] = [builder.node(source), builder.node(target)];
    builder.line(from, to, limit);
    if (!edge.isDirected) builder.line(to, from, limit);
    this.#edges++;
    checkSize(this.#reader, line);
  }

  #limitOf({ source, target, line, values }: Edge): string {
    for (const name of LIMIT_NAMES) {
      for (const [id, key] of this.#keys) {
        const value = key.name === name ? (values.get(id) ?? key.default) : null;
        if (value !== null) return value;
      }
    }
    const names = LIMIT_NAMES.join(', ');
    throw this.#bad(
      `the edge from ${shown(source)} to ${shown(target)} has no attribute called ${names}: give it one`,
      line,
    );
  }
}
