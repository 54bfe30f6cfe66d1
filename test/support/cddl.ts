/**
 * As much of CDDL (RFC 8610) as protocol/wire.cddl uses, to hold that file against the code: which values a rule
 * allows, and values at and just beyond the edges of what it allows.
 */

/** A decoded CBOR item of a kind that messages use. */
export type Item = bigint | number | string | boolean | null | Uint8Array | readonly Item[];

/** One place of an array, or a run of `min` to `max` of them. `name` is null for a literal. */
interface Entry {
  readonly name: string | null;
  readonly min: number;
  readonly max: number;
  readonly type: Type;
}

export type Type =
  | { readonly kind: 'choice'; readonly types: readonly Type[] }
  | { readonly kind: 'null' | 'bool' }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'bytes' | 'text'; readonly min: number; readonly max: number }
  | { readonly kind: 'pattern'; readonly pattern: RegExp; readonly letter: string; readonly max: number }
  | { readonly kind: 'array'; readonly entries: readonly Entry[] }
  | { readonly kind: 'rule'; readonly name: string };

const TOKEN = /\s+|;[^\n]*|"[^"]*"|\d+\*\d+|-?\d+|\.\.|\.[a-z]+|[A-Za-z][A-Za-z0-9-]*|[=[\](),/:]/y;

/** The rules of a CDDL text. Throws for anything that this subset does not know. */
export class Grammar {
  readonly rules = new Map<string, Type>();
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex;
      const [token] = TOKEN.exec(text) ?? [];
      if (token === undefined) throw new Error(`no token of CDDL: ${text.slice(from, from + 40)}`);
      if (!/^[\s;]/.test(token)) tokens.push(token);
    }
    this.#tokens = tokens;
    while (this.#at < tokens.length) {
      const name = this.#take();
      this.#expect('=');
      if (this.rules.has(name)) throw new Error(`two rules ${name}`);
      this.rules.set(name, this.#choice());
    }
  }

  /** The type that a rule name stands for, names followed. */
  resolve(type: Type | string): Exclude<Type, { kind: 'rule' }> {
    let found: Type | undefined = typeof type === 'string' ? { kind: 'rule', name: type } : type;
    while (found?.kind === 'rule') found = this.rules.get(found.name);
    if (found === undefined) throw new Error(`no such rule: ${JSON.stringify(type)}`);
    return found;
  }

  /** Whether the type allows the value. */
  fits(type: Type | string, item: Item): boolean {
    const wanted = this.resolve(type);
    switch (wanted.kind) {
      case 'choice':
        return wanted.types.some((one) => this.fits(one, item));
      case 'null':
        return item === null;
      case 'bool':
        return typeof item === 'boolean';
      case 'integer':
        return (typeof item === 'bigint' || Number.isInteger(item)) && isWithin(BigInt(item as number), wanted);
      case 'bytes':
        return item instanceof Uint8Array && isWithin(item.length, wanted);
      case 'text':
        return typeof item === 'string' && isWithin(Buffer.byteLength(item), wanted);
      case 'pattern':
        return typeof item === 'string' && wanted.pattern.test(item);
      case 'array':
        return Array.isArray(item) && this.#arrayFits(wanted.entries, item as readonly Item[]);
    }
  }

  #arrayFits(entries: readonly Entry[], items: readonly Item[]): boolean {
    const [run] = entries;
    if (run !== undefined && isRun(run)) {
      return isWithin(items.length, run) && items.every((item) => this.fits(run.type, item));
    }
    return items.length === entries.length && entries.every(({ type }, at) => this.fits(type, items[at] as Item));
  }

  /** Values that the type allows: the plainest first, then one at each edge of each of its parts. */
  edges(type: Type | string): readonly Item[] {
    const wanted = this.resolve(type);
    switch (wanted.kind) {
      case 'choice':
        return wanted.types.flatMap((one) => this.edges(one));
      case 'null':
        return [null];
      case 'bool':
        return [true, false];
      case 'integer':
        return wanted.min === wanted.max ? [wanted.min] : [wanted.min, wanted.max];
      case 'bytes':
        return sizes(wanted).map((size) => new Uint8Array(size));
      case 'text':
        return sizes(wanted).map((size) => 'x'.repeat(size));
      case 'pattern':
        return [wanted.letter, wanted.letter.repeat(wanted.max)];
      case 'array':
        return this.#variations(wanted.entries, (one) => this.edges(one), true);
    }
  }

  /** Values that the type does not allow, each wrong in one part only. */
  beyond(type: Type | string): readonly Item[] {
    const wanted = this.resolve(type);
    const others: Item[] = [0, -1, true, null, 'x', new Uint8Array(3), []];
    if (wanted.kind === 'choice') others.push(...wanted.types.flatMap((one) => this.beyond(one)));
    if (wanted.kind === 'integer') others.push(wanted.min - 1n, wanted.max + 1n);
    if (wanted.kind === 'bytes' || wanted.kind === 'text') {
      const around = [wanted.min - 1, wanted.max + 1].filter((size) => size >= 0);
      others.push(...around.map((size) => (wanted.kind === 'bytes' ? new Uint8Array(size) : 'x'.repeat(size))));
    }
    if (wanted.kind === 'pattern')
      others.push('', ' ', 'é', `${wanted.letter}\n`, wanted.letter.repeat(wanted.max + 1));
    if (wanted.kind === 'array') others.push(...this.#variations(wanted.entries, (one) => this.beyond(one), false));
    return others.filter((item) => !this.fits(wanted, item));
  }

  /** The plainest value of an array, with one place at a time taken from `values`, or another number of places. */
  #variations(entries: readonly Entry[], values: (type: Type) => readonly Item[], inside: boolean): readonly Item[] {
    const plain = entries.map(({ type }) => this.edges(type)[0] as Item);
    const [run] = entries;
    if (run !== undefined && isRun(run)) {
      const many = (count: number): Item => Array.from({ length: Math.max(count, 0) }, () => plain[0] as Item);
      const counts = inside ? [Math.max(run.min, 1), run.min, run.max] : [run.min - 1, run.max + 1];
      const rest = Array.from({ length: Math.max(run.min, 1) - 1 }, () => plain[0] as Item);
      return [...counts.map(many), ...values(run.type).map((value) => [value, ...rest])];
    }
    const whole: readonly Item[] = inside ? [plain] : [plain.slice(0, -1), [...plain, null]];
    const parts = entries.flatMap(({ type }, at) => values(type).map((value) => plain.with(at, value)));
    return [...whole, ...parts];
  }

  #take(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error('the CDDL ends in the middle of a rule');
    return token;
  }

  #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #expect(wanted: string): void {
    const token = this.#take();
    if (token !== wanted) throw new Error(`"${wanted}" expected in the CDDL, not "${token}"`);
  }

  #choice(): Type {
    const types = [this.#controlled()];
    while (this.#next() === '/') {
      this.#take();
      types.push(this.#controlled());
    }
    return types.length === 1 ? (types[0] as Type) : { kind: 'choice', types };
  }

  /** A type with what limits it: `uint .le 7`, `1..9`, `bstr .size (1..256)`, `tstr .regexp "…"`. */
  #controlled(): Type {
    const token = this.#take();
    if (token === '[') return this.#array();
    if (/^-?\d+$/.test(token)) {
      const min = BigInt(token);
      if (this.#next() !== '..') return { kind: 'integer', min, max: min };
      this.#take();
      return { kind: 'integer', min, max: BigInt(this.#take()) };
    }
    switch (token) {
      case 'null':
      case 'bool':
        return { kind: token };
      case 'uint':
        this.#expect('.le');
        return { kind: 'integer', min: 0n, max: BigInt(this.#take()) };
      case 'bstr':
        this.#expect('.size');
        return { kind: 'bytes', ...this.#size() };
      case 'tstr':
        return this.#text();
      default:
        return { kind: 'rule', name: token };
    }
  }

  #text(): Type {
    const control = this.#take();
    if (control === '.size') return { kind: 'text', ...this.#size() };
    if (control !== '.regexp') throw new Error(`tstr ${control}`);
    const source = this.#take().slice(1, -1);
    const [, letter, max] = /^\[(.).*\]\{1,(\d+)\}$/.exec(source) ?? [];
    if (letter === undefined) throw new Error(`another regexp than [class]{1,n}: ${source}`);
    return { kind: 'pattern', pattern: new RegExp(`^(?:${source})$`), letter, max: Number(max) };
  }

  #size(): { min: number; max: number } {
    if (this.#next() !== '(') {
      const size = Number(this.#take());
      return { min: size, max: size };
    }
    this.#expect('(');
    const min = Number(this.#take());
    this.#expect('..');
    const max = Number(this.#take());
    this.#expect(')');
    return { min, max };
  }

  #array(): Type {
    const entries: Entry[] = [];
    while (this.#next() !== ']') {
      entries.push(this.#entry());
      if (this.#next() === ',') this.#take();
    }
    this.#expect(']');
    if (entries.length > 1 && entries.some(isRun)) throw new Error('a run beside other places');
    return { kind: 'array', entries };
  }

  #entry(): Entry {
    const [, min = '1', max = '1'] = /^(\d+)\*(\d+)$/.exec(this.#next() ?? '') ?? [];
    const isRun = this.#next()?.includes('*') === true;
    if (isRun) this.#take();
    let name: string | null = null;
    if (this.#tokens[this.#at + 1] === ':') {
      name = this.#take();
      this.#expect(':');
    }
    const type = this.#choice();
    // A place without a name of its own is called as its type.
    if (name === null && type.kind === 'rule') name = type.name;
    return { name: isRun ? null : name, min: Number(min), max: Number(max), type };
  }
}

/** Places that may be there several times; `1*1` is not used. */
function isRun(entry: Entry): boolean {
  return entry.max !== 1;
}

function isWithin<N extends number | bigint>(value: N, { min, max }: { min: N; max: N }): boolean {
  return value >= min && value <= max;
}

function sizes({ min, max }: { min: number; max: number }): readonly number[] {
  return min === max ? [min] : [min, max];
}
