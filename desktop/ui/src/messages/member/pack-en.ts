/** All that is said in English to members of a hub: one file, which is loaded where it is wanted. */

import { en as messages } from '../en.ts';
import { enRefusals } from '../refusals/en.ts';
import { en as member } from './en.ts';
import { hubRefusals, reworded } from './reworded-en.ts';
import type { Pack } from './shape.ts';

export const pack: Pack = {
  messages: { ...messages, ...reworded },
  refusals: { ...enRefusals, plain: { ...enRefusals.plain, ...hubRefusals } },
  member,
};
