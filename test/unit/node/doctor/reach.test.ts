import { expect, it } from 'vitest';
import { checkReach } from '#node/doctor/reach.ts';

const addresses = ['/ip4/192.0.2.1/tcp/4610'];

it.each([
  ['yes', [], 'well', 'reach-direct', { addresses }],
  ['no', ['Bob'], 'well', 'reach-relays', { addresses, relays: ['Bob'] }],
  ['no', [], 'note', 'reach-none', { addresses }],
  ['unknown', ['Bob'], 'well', 'reach-untried-relays', { addresses, relays: ['Bob'] }],
  ['unknown', [], 'well', 'reach-untried', { addresses }],
] as const)('a node that others reach directly: %s, through %j', (direct, relays, state, code, facts) => {
  const finding = checkReach(direct, relays, addresses);
  expect(finding).toMatchObject({ check: 'ports', state, code });
  expect(finding.facts).toEqual(facts);
  expect(finding.text).toContain('Its addresses: /ip4/192.0.2.1/tcp/4610.');
});

it('a node that does not listen', () => {
  expect(checkReach('no', [], [])).toMatchObject({ state: 'note', code: 'not-listening', facts: {} });
  expect(checkReach('no', ['Bob'], [])).toMatchObject({ code: 'not-listening-relays', facts: { relays: ['Bob'] } });
});
