/** Operations on the settings that can be changed while the node runs. */
import { parseName } from '#protocol/name.ts';
import { isRefusal } from '#protocol/refusals.ts';
import type { Handler } from '../handler.ts';

export const getSettings: Handler<'getSettings'> = ({ preferences }) => preferences.now;

export const changeSettings: Handler<'changeSettings'> = async ({ preferences }, { name, clearing, announce }) => {
  const parsed = name === undefined ? undefined : parseName(name);
  if (isRefusal(parsed)) return parsed;
  return preferences.change({
    ...(parsed !== undefined && { name: parsed }),
    ...(clearing !== undefined && { clearing }),
    ...(announce !== undefined && { announce }),
  });
};
