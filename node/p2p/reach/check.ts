/** The addresses of the settings, checked as all others are. */
import { isRefusal } from '#protocol/refusals.ts';
import { Failure } from '../../failure.ts';
import { checkAddress } from '../address.ts';
import type { ReachSettings } from './settings.ts';

/** @throws Failure `config-invalid` which says what is wrong with which address. */
export function checkReach(settings: ReachSettings): ReachSettings {
  for (const input of settings.relays) {
    const checked = checkAddress(input);
    if (isRefusal(checked)) throw invalid('relays', input, `${checked.why}; allowed: ${checked.limit}`);
    if (checked.participant === null || checked.relay !== null) {
      throw invalid('relays', input, 'a relay is given with its peer id at the end, and without another relay');
    }
  }
  for (const input of settings.publicAddresses) {
    const checked = checkAddress(input);
    if (isRefusal(checked)) throw invalid('public-addresses', input, `${checked.why}; allowed: ${checked.limit}`);
    if (checked.participant !== null) throw invalid('public-addresses', input, 'they are given without a peer id');
  }
  return settings;
}

function invalid(setting: string, input: string, why: string): Failure {
  return new Failure('config-invalid', `${setting} holds "${input}": ${why}.`, {
    hint: 'See `geo config example` for all settings.',
  });
}
