import { expect, it } from 'vitest';
import { Turns } from '#node/turns.ts';

it('work is done one piece after the other, in order, with other work between', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const all = Promise.all(['a', 'b', 'c'].map((name) => turns.take(() => done.push(name))));
  expect(done).toEqual([]);
  for (const between of ['1', '2', '3']) {
    setImmediate(() => done.push(between));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  expect(done.filter((it) => /[a-c]/.test(it))).toEqual(['a', 'b', 'c']);
  expect(done.indexOf('1')).toBeLessThan(done.indexOf('b'));
  expect(done.indexOf('2')).toBeLessThan(done.indexOf('c'));
});

it('what fails is told to whoever asked for it, and the next one has its turn', async () => {
  const turns = new Turns();
  const failing = turns.take(() => {
    throw new Error('no');
  });
  const next = turns.take(() => 7);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe(7);
});
