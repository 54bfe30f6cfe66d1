/** All that is said in Ukrainian to members of a hub: one file, which is loaded where it is wanted. */
import { ukRefusals } from '../refusals/uk.ts';
import { uk as messages } from '../uk.ts';
import { hubRefusals, reworded } from './reworded-uk.ts';
import type { Pack } from './shape.ts';
import { uk as member } from './uk.ts';

export const pack: Pack = {
  messages: { ...messages, ...reworded },
  refusals: { ...ukRefusals, plain: { ...ukRefusals.plain, ...hubRefusals } },
  member,
};
