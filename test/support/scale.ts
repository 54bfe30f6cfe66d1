/**
 * How much of a test is run: `npm test` runs enough of each to find what is broken, `npm run test:long` all of it, in an
 * hour. Nothing is left out in either: what differs is how often, how many, how large.
 */
const IS_LONG = process.env.GEO_TESTS === 'long';

/** The number or the list to use. */
export function atScale<T>(usual: T, long: T): T {
  return IS_LONG ? long : usual;
}
