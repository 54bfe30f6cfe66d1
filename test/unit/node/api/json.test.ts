import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '#node/api/json.ts';

describe('JSON that the API takes', () => {
  it.each([
    '{}',
    '[]',
    'null',
    '"a"',
    '{"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]}',
    String.raw`{"a\"b":"{\"a\":1,\"a\":2}","c":"[{,:"}`,
    '{"a":["b","b"],"b":"a"}',
    ' { "a" : [ 1 , 2 ] , "b" : { } } ',
  ])('%s', (text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) });
  });
});

describe('JSON that it refuses', () => {
  it.each([
    ['a key twice', '{"a":1,"a":1}', 'the key "a" occurs twice'],
    ['a key twice after an object', '{"a":{"b":1},"a":1}', 'the key "a" occurs twice'],
    ['a key twice after an array', '{"a":["b"],"a":1}', 'the key "a" occurs twice'],
    ['a key twice in an inner object', '[{"x":{"b":1,"b":2}}]', 'the key "b" occurs twice'],
    ['a key twice, once escaped', String.raw`{"a":1,"\u0061":1}`, 'the key "a" occurs twice'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'the key "__proto__" is not allowed'],
    ['__proto__, escaped', String.raw`{"\u005f_proto__":1}`, 'the key "__proto__" is not allowed'],
    ['constructor', '{"a":{"constructor":{"prototype":{}}}}', 'the key "constructor" is not allowed'],
  ])('%s', (_what, text, why) => {
    expect(parseStrictJson(text)).toEqual({ why });
  });

  it.each(['', '{', '{a:1}', "{'a':1}", '{"a":1,}', 'NaN', '\u{feff}{}', '01'])('%j', (text) => {
    expect(parseStrictJson(text)).toEqual({ why: expect.stringMatching(/^it is not JSON/) as string });
  });

  it('a million levels deep, without a crash', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    expect(Object.keys(parseStrictJson(deep))).toHaveLength(1);
  });
});
