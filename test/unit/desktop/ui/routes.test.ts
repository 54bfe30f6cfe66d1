import { describe, expect, it } from 'vitest';
import { linkTo, placeOf, SCREENS, secretOf } from '#desktop/ui/src/routes.ts';

describe('addresses', () => {
  it.each(SCREENS)('of %s lead there', (screen) => {
    expect(placeOf(linkTo(screen)).screen).toBe(screen);
  });

  it('carry what a screen begins with, whatever it is', () => {
    const name = 'Ann & "Bob"=?#<b>';
    expect(placeOf(linkTo('pay', { to: name })).query.get('to')).toBe(name);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/__proto__', '#//evil.example'])('%s leads home', (hash) => {
    expect(placeOf(hash).screen).toBe('home');
  });

  it('hold the secret of a link only where it is one', () => {
    expect(secretOf('#/open/abc_-9')).toBe('abc_-9');
    for (const hash of ['#/open/', '#/open/a/b', '#/home', '', '#/open/a b']) expect(secretOf(hash)).toBeNull();
  });
});
