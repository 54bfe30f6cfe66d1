/** All that is said in Russian to members of a hub: one file, which is loaded where it is wanted. */
import { ruRefusals } from '../refusals/ru.ts';
import { ru as messages } from '../ru.ts';
import { hubRefusals, reworded } from './reworded-ru.ts';
import { ru as member } from './ru.ts';
import type { Pack } from './shape.ts';

export const pack: Pack = {
  messages: { ...messages, ...reworded },
  refusals: { ...ruRefusals, plain: { ...ruRefusals.plain, ...hubRefusals } },
  member,
};
