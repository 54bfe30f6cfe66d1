/** Operations on browsers: letting one in, and signing it out. */
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

export const listPageSessions: Handler<'listPageSessions'> = ({ ui, clock }) => ({
  sessions: ui.all(clock.nowMs()).map(({ id, browser, openedAtMs, usedAtMs }) => ({
    ...{ id, browser, openedAtMs, usedAtMs },
  })),
});

export const endPageSession: Handler<'endPageSession'> = async ({ ui }, { id }) =>
  (await ui.end(id)) ? { done: true } : refuseHere('unknown-session', { id });
