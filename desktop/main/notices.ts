/** What the system shows of a payment that came in. Names come from others: they are text, and are cut to a length. */
import { formatMoney, shortPid } from '../ui/src/format.ts';
import type { Received } from './watch.ts';
import type { wordsIn } from './words.ts';

/** A notification, as Electron takes it. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** The notification of a payment. */
export function noticeOf(
  { payer, amount, equivalent }: Received,
  { language, say }: ReturnType<typeof wordsIn>,
): Notice {
  const who = payer.name ?? shortPid(payer.pid);
  // Kept apart from the words around it, whichever way it is written.
  const name = `\u2068${who}\u2069`;
  return {
    title: say('receivedTitle'),
    body: say('received', { who: name, money: formatMoney(amount, equivalent, language) }),
  };
}
