import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { list, table } from '#node/cli/table.ts';

describe('a table', () => {
  it('is aligned, amounts to the right, whatever letters the names have', () => {
    const heads = [{ title: 'WITH' }, { title: 'BALANCE', align: 'right' }, { title: 'NOTE' }] as const;
    const rows = [
      ['Ольга', '1 250.00 UAH', ''],
      ['山田', '3.00 UAH', 'tea'],
      ['Bob', '40 UAH', 'x'],
    ];
    expect(stripVTControlCharacters(table(heads, rows)).split('\n')).toEqual([
      'WITH        BALANCE  NOTE',
      'Ольга  1 250.00 UAH',
      '山田       3.00 UAH  tea',
      'Bob          40 UAH  x',
    ]);
  });

  it('has one line a row, whatever is in its cells', () => {
    const shown = table([{ title: 'NAME' }, { title: 'PID' }], [['a\nb\x1b[2J', 'c']]);
    expect(stripVTControlCharacters(shown).split('\n')).toEqual(['NAME              PID', 'a\\u{a}b\\u{1b}[2J  c']);
  });

  it('without rows is nothing', () => {
    expect(table([{ title: 'NAME' }], [])).toBe('');
  });
});

describe('a list', () => {
  it('is aligned and leaves out what is not there', () => {
    const shown = list([
      ['Name', 'Bob\u202e'],
      ['Memo', undefined],
      ['Address', '/ip4/127.0.0.1'],
    ]);
    expect(shown).toBe('Name     Bob\\u{202e}\nAddress  /ip4/127.0.0.1');
  });
});
