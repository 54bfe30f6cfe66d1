/** What the program shows outside of its page. */
import { describe, expect, it } from 'vitest';
import { noticeOf } from '#desktop/main/notices.ts';
import { stateWord, trayMenu, trayTip } from '#desktop/main/tray.ts';
import { allWords, wordsIn } from '#desktop/main/words.ts';
import type { Situation } from '#desktop/preload/bridge.ts';

const english = wordsIn(['en']);
const actions = { open: () => undefined, quit: () => undefined };

const SITUATIONS: readonly Situation[] = [
  { state: 'starting' },
  { state: 'running', attached: false },
  { state: 'running', attached: true },
  { state: 'no-identity', keychain: null },
  { state: 'locked', wasWrong: false, keychain: 'basic-text' },
  { state: 'waiting', retryAtMs: 0, message: '' },
  { state: 'stopped' },
  { state: 'failed', code: '', message: '', hint: null },
];

describe('the tray', () => {
  it('says for every situation something else, and always has the ways in and out', () => {
    const seen = SITUATIONS.map((situation) => {
      const menu = trayMenu({ situation, held: null }, english, actions);
      expect(menu.slice(-2)).toEqual([
        { label: 'Open GEO', click: actions.open },
        { label: 'Quit GEO', click: actions.quit },
      ]);
      expect(trayTip({ situation, held: null }, english)).toBe(`GEO – ${String(menu[0]?.label)}`);
      return english.say(stateWord(situation));
    });
    expect(new Set(seen).size).toBe(SITUATIONS.length);
  });

  it('adds up what is kept aside, in each currency', () => {
    const total = { underWay: '0.1', held: '0.2', atOwnRisk: '0', transactions: 2 };
    const held = [
      { equivalent: 'UAH', ...total },
      { equivalent: 'hour', ...total, atOwnRisk: '12345678901' },
    ];
    const running: Situation = { state: 'running', attached: false };
    const label = (view: Parameters<typeof trayMenu>[0]) => trayMenu(view, english, actions)[1]?.label;
    expect(label({ situation: running, held })).toBe('Kept aside: 0.30\u00a0UAH, 12,345,678,901.30\u00a0hour');
    expect(label({ situation: running, held: [] })).toBe('Nothing is kept aside');
    expect(label({ situation: running, held: null })).toBeUndefined();
    expect(label({ situation: { state: 'stopped' }, held })).toBeUndefined();
  });
});

describe('a notification', () => {
  it('says who paid what, and keeps their name to itself', () => {
    const payment = {
      type: 'received' as const,
      txId: '',
      paymentId: '',
      equivalent: 'UAH',
      amount: '1234.5',
      payer: { pid: 'B25TR7u9ZxCAEzR8Q7FgFfAqPPRXZ8Rx73HPNoYGNFW3', publicKey: '', name: null },
    };
    expect(noticeOf(payment, english).body).toBe('\u2068B25TR7u9…NFW3\u2069 paid you 1,234.50\u00a0UAH');
    // A name that looks like a place to fill stays as it is.
    const named = { ...payment, payer: { ...payment.payer, name: '{money} שלום' } };
    expect(noticeOf(named, wordsIn(['uk'])).body).toBe('\u2068{money} שלום\u2069 платить вам 1\u00a0234,50\u00a0UAH');
  });
});

it('every language says everything, with the same places to fill, in words of its own', () => {
  const { en, ...others } = allWords;
  const placesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String);
  for (const words of Object.values(others)) {
    for (const [word, text] of Object.entries(en)) {
      const own = words[word as keyof typeof en];
      expect(own).not.toBe(text);
      expect([word, placesIn(own)]).toEqual([word, placesIn(text)]);
    }
  }
});
