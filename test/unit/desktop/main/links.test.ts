import { describe, expect, it } from 'vitest';
import { placeInArguments, placeOfLink } from '#desktop/main/links.ts';

describe('a link that was opened', () => {
  it.each([
    ['geo:pay/AbC-_9', { screen: 'pay', query: { to: 'geo:pay/AbC-_9' } }],
    ['geo:card/AbC', { screen: 'people', query: { card: 'geo:card/AbC' } }],
    ['  geo:card/AbC\n', { screen: 'people', query: { card: 'geo:card/AbC' } }],
    ['GEO://pay/AbC', { screen: 'pay', query: { to: 'geo:pay/AbC' } }],
    ['geo:///pay/AbC', { screen: 'pay', query: { to: 'geo:pay/AbC' } }],
  ])('leads to its screen: %j', (link, place) => {
    expect(placeOfLink(link)).toEqual(place);
  });

  it.each([
    '',
    'geo:',
    'geo:50.45,30.52',
    'geo:pay/',
    'geo:pay/a b',
    'geo:pay/a"b',
    'geo:pay/AbC#/open/secret',
    'geo:pay/AbC?to=x',
    'geo:pay/AbC/../card/x',
    'geo:pay/<script>',
    'geo:other/AbC',
    'geo:constructor/AbC',
    'geo:pay/АбВ',
    'https://example.org/geo:pay/AbC',
    'javascript:geo:pay/AbC',
    '--geo:pay/AbC',
    `geo:pay/${'A'.repeat(12_000)}`,
  ])('leads nowhere when it is none: %j', (text) => {
    expect(placeOfLink(text)).toBeNull();
  });

  it('is the last argument, where systems put it', () => {
    expect(placeInArguments(['/opt/GEO/geo', '--hidden', 'geo:pay/AbC'])).toMatchObject({ screen: 'pay' });
    expect(placeInArguments(['/opt/GEO/geo', 'geo:pay/AbC', '--hidden'])).toBeNull();
    expect(placeInArguments([])).toBeNull();
  });
});
