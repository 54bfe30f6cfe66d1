/** A network as it is drawn: people, who lets whom owe how much, and payments to be made. Pure: each change gives a new one. */

export interface Person {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** `from` lets `to` owe up to the limit; `owed` is what `to` owes at first. */
export interface Line {
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly owed: number;
}

/** So many seconds after the beginning. */
export interface Payment {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

export interface Design {
  readonly people: readonly Person[];
  readonly lines: readonly Line[];
  readonly payments: readonly Payment[];
  /** Decimals of amounts. */
  readonly precision: number;
}

/** Why a change is not made. */
export type Trouble = 'name-empty' | 'name-long' | 'name-taken' | 'two-people' | 'amount' | 'too-many';

/** As in the shape of a study file. */
const LONGEST_NAME = 64;
const MOST_PEOPLE = 200;
const MOST_UNITS = 40_000_000_000;
const PRECISION = 2;

export const EMPTY: Design = { people: [], lines: [], payments: [], precision: PRECISION };

/** Adds somebody at a place. */
export function withPerson(design: Design, person: Person): Design | Trouble {
  const name = person.name.trim();
  if (design.people.length >= MOST_PEOPLE) return 'too-many';
  return nameTrouble(design, name) ?? { ...design, people: [...design.people, { ...person, name }] };
}

/** The first of these names that nobody has, or one with a number. */
export function freeName({ people }: Design, names: readonly string[]): string {
  const taken = new Set(people.map(({ name }) => name));
  for (let round = 1; ; round++) {
    for (const name of names) {
      const free = round === 1 ? name : `${name} ${round}`;
      if (!taken.has(free)) return free;
    }
  }
}

/** Gives somebody another name, wherever they are named. */
export function withName(design: Design, before: string, after: string): Design | Trouble {
  const name = after.trim();
  if (name === before) return design;
  const trouble = nameTrouble(design, name);
  if (trouble !== null) return trouble;
  const renamed = (one: string): string => (one === before ? name : one);
  const ends = <T extends { readonly from: string; readonly to: string }>(item: T): T => ({
    ...item,
    from: renamed(item.from),
    to: renamed(item.to),
  });
  return {
    ...design,
    people: design.people.map((person) => ({ ...person, name: renamed(person.name) })),
    lines: design.lines.map(ends),
    payments: design.payments.map(ends),
  };
}

export function withPlace(design: Design, name: string, { x, y }: { readonly x: number; readonly y: number }): Design {
  const place = { x: Math.round(x), y: Math.round(y) };
  return { ...design, people: design.people.map((one) => (one.name === name ? { ...one, ...place } : one)) };
}

/** Takes somebody away, with all lines and payments that name them. */
export function withoutPerson(design: Design, name: string): Design {
  const isOf = ({ from, to }: { readonly from: string; readonly to: string }) => from === name || to === name;
  return {
    ...design,
    people: design.people.filter((one) => one.name !== name),
    lines: design.lines.filter((line) => !isOf(line)),
    payments: design.payments.filter((payment) => !isOf(payment)),
  };
}

/** Draws a line, or draws it anew where there is one. */
export function withLine(design: Design, line: Line): Design | Trouble {
  const trouble = endsTrouble(design, line);
  if (trouble !== null) return trouble;
  if (!isAmount(line.limit, design) || !isAmount(line.owed, design)) return 'amount';
  const at = design.lines.findIndex(({ from, to }) => from === line.from && to === line.to);
  const lines = at < 0 ? [...design.lines, line] : design.lines.map((one, index) => (index === at ? line : one));
  return { ...design, lines };
}

export function withoutLine(design: Design, from: string, to: string): Design {
  return { ...design, lines: design.lines.filter((line) => line.from !== from || line.to !== to) };
}

/** Adds a payment, which has its place by its time. */
export function withPayment(design: Design, payment: Payment): Design | Trouble {
  const trouble = endsTrouble(design, payment);
  if (trouble !== null) return trouble;
  if (!isAmount(payment.amount, design) || payment.amount === 0) return 'amount';
  return { ...design, payments: [...design.payments, payment].sort((one, other) => one.at - other.at) };
}

export function withoutPayment(design: Design, index: number): Design {
  return { ...design, payments: design.payments.filter((_payment, at) => at !== index) };
}

/** A number of units that was typed, with no more decimals than amounts have; null: it is none. */
export function unitsOf(text: string, precision: number): number | null {
  const match = /^(\d{1,11})(?:[.,](\d{1,8}))?$/.exec(text.replace(/[\s\u00a0\u202f]/g, ''));
  if (match === null || (match[2] ?? '').length > precision) return null;
  const units = Number(`${match[1]}.${match[2] ?? '0'}`);
  return units <= MOST_UNITS ? units : null;
}

function isAmount(units: number, { precision }: Design): boolean {
  return units >= 0 && units <= MOST_UNITS && Number(units.toFixed(precision)) === units;
}

function nameTrouble({ people }: Design, name: string): Trouble | null {
  if (name === '') return 'name-empty';
  if (name.length > LONGEST_NAME) return 'name-long';
  return people.some((person) => person.name === name) ? 'name-taken' : null;
}

function endsTrouble({ people }: Design, { from, to }: { readonly from: string; readonly to: string }): Trouble | null {
  const known = new Set(people.map(({ name }) => name));
  return from !== to && known.has(from) && known.has(to) ? null : 'two-people';
}
