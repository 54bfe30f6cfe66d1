/** Where the page is, as its address says. */
import { signal } from '@preact/signals';
import { type Place, placeOf } from './routes.ts';

/** The screen that is shown. */
export const place = signal<Place>(placeOf(''));

/** Follows the address from now on. */
export function followAddress(): void {
  const follow = (): void => {
    place.value = placeOf(location.hash);
  };
  addEventListener('hashchange', follow);
  follow();
}
