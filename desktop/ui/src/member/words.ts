/** The messages that only members see, in the language of the page. */
import { speak } from '../i18n.tsx';
import { type MemberKey, memberMessages } from '../messages/member/catalogue.ts';

export const { t: m, T: M } = speak<MemberKey>(memberMessages);
