/** JSON that is no request. */

/** Bodies that are no request at all, whatever the operation. */
export const BAD_JSON: readonly (readonly [what: string, body: string, says: RegExp, code?: string])[] = [
  ['nothing', '', /it is not JSON/],
  ['half of it', '{"to":', /it is not JSON/],
  ['two of them', '{}{}', /it is not JSON/],
  ['a comment', '{/* */}', /it is not JSON/],
  ['a comma too many', '{"waitMs":1,}', /it is not JSON/],
  ['NaN', '{"waitMs":NaN}', /it is not JSON/],
  ['single quotes', "{'waitMs':1}", /it is not JSON/],
  ['a byte order mark', '\ufeff{}', /it is not JSON/],
  ['NUL', `{"x":"${String.fromCharCode(0)}"}`, /it is not JSON/],
  ['a list', '[]', /expected object/],
  ['null', 'null', /expected object/],
  ['a number', '5', /expected object/],
  ['__proto__', '{"__proto__":{"scope":"admin"}}', /the key "__proto__" is not allowed/],
  ['__proto__ in disguise', '{"\\u005f_proto__":{}}', /the key "__proto__" is not allowed/],
  ['constructor', '{"constructor":{"prototype":{}}}', /the key "constructor" is not allowed/],
  ['a key twice', '{"waitMs":1,"waitMs":2}', /the key "waitMs" occurs twice/],
  ['a key twice in disguise', '{"waitMs":1,"\\u0077aitMs":2}', /the key "waitMs" occurs twice/],
  ['a key twice far inside', '{"policy":{"a":1,"a":2}}', /the key "a" occurs twice/],
  ['a key with an escape sequence twice', '{"\\u001b[2J":1,"\\u001b[2J":2}', /the key "\\u\{1b\}\[2J" occurs twice/],
  ['a field with an escape sequence', '{"\\u001b[2J":1}', /key: "\\u\{1b\}\[2J"|expected|should be|unrecognized/],
  ['a field of 200,000 letters', `{"${'x'.repeat(200_000)}":1}`, /./],
  ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /./],
  ['a million levels', '['.repeat(1_000_000), /262144 bytes, which is the limit/, 'body-too-large'],
];
