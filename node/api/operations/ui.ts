/** The operation that lets a browser in. */
import { refuseHere } from '../../refusals.ts';
import { UI_PATH } from '../contract.ts';
import type { Handler } from '../handler.ts';
import { areUiFilesThere } from '../ui-files.ts';

export const makeUiLink: Handler<'makeUiLink'> = ({ ui, clock }) => {
  if (!areUiFilesThere()) return refuseHere('ui-not-built', {});
  const { secret, expiresAtMs } = ui.makeLink(clock.nowMs());
  // Behind the #, which browsers send to nobody: it comes into no log and no Referer.
  return { path: `${UI_PATH}#/open/${secret}`, expiresAtMs };
};
