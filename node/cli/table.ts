import { columns, dim, safe, type Trusted } from './text.ts';

const GAP = '  ';

/** One column: its heading, and where its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** A table with aligned columns, one row a line; cells are made safe. `''` when there is no row. */
export function table(head: readonly Column[], rows: readonly (readonly (string | Trusted)[])[]): string {
  if (rows.length === 0) return '';
  const cells = [
    head.map(({ title }) => dim(title).trusted),
    ...rows.map((row) => row.map((cell) => (typeof cell === 'string' ? safe(cell) : cell.trusted))),
  ];
  const widths = head.map((_, index) => Math.max(...cells.map((row) => columns(row[index] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, index) => {
          const space = ' '.repeat((widths[index] as number) - columns(cell));
          return head[index]?.align === 'right' ? space + cell : cell + space;
        })
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below each other, aligned; values that are undefined are left out. */
export function list(entries: readonly (readonly [name: string, value: string | Trusted | undefined])[]): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => columns(name)));
  return shown
    .map(([name, value]) => {
      const text = typeof value === 'string' ? safe(value) : (value as Trusted).trusted;
      return `${name}${' '.repeat(width - columns(name))}${GAP}${text}`;
    })
    .join('\n');
}
