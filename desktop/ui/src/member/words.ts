/** The messages that only members see, in the language of the page. */
import { speak } from '../i18n.tsx';
import { memberMessages } from '../messages/member/catalogue.ts';
import type { MemberKey } from '../messages/member/shape.ts';

export const { t: m, T: M } = speak<MemberKey>(memberMessages);
