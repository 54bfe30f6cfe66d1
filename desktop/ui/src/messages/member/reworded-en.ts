/** English where a hub is behind the page: messages of all pages in other words, and what a hub refuses. */
import type { Messages } from '../catalogue.ts';

export const reworded = {
  node: 'Member',
  loading: 'Reading from your hub…',
  connecting: 'Connecting with your hub…',
  unreachable: 'Your hub cannot be reached. This page tries again by itself.',
  signedOutTitle: 'The hub does not let you in',
  signedOut: 'Ask the operator of your hub. Your key and your debts stay yours.',
  wordsWhat:
    'Write them on paper, in order, and show them to nobody: whoever has them is you. As long as this browser has your key, you find them under “Settings”; if it is lost, on your paper alone.',
  wordsBringBack:
    'The words bring back who you are, in any browser. Your books are at the hub and come back by themselves.',
  cardOrPidHint: 'A text that begins with “geo:”. The short public name of a member works too.',
  noWay: 'No way to pay this much is known right now. You can try: the hub looks for other ways.',
  cardHint: 'Give this to people who want to add you. It says who you are, and lets nobody do anything else.',
  receiptHint:
    'A receipt is a file that proves the payment to anybody: it can be checked under History, here and on any other page of GEO.',
  clearingNever: 'Your hub takes no part in this.',
  compareHint:
    'When you meet, or by telephone, let them read to you what their page shows under Settings. If it is letter for letter what stands here, it is them.',
  removePersonMeans:
    'The hub forgets their name. That works only where nothing is owed and neither of you lets the other owe.',
  inviteHint:
    'Send them this link, on any way you trust. It brings them here, shows that it is from you, and how much you would like to be able to owe them. It works once, for a week.',
  stepPeople: 'Invite somebody you know, or add somebody by their contact card.',
  restoreTitle: 'Before you go on here',
  restoreFrozen:
    'Your 24 words were used before, at a hub or on a computer of your own. Until the people with whom you have accounts have shown the same books, and you have said that they are right, nobody can pay you here and you can pay nobody. You came here on {time}.',
  restoreOpen: 'You came here on {time} and have confirmed what came back; what is below is still out of use.',
  restoreNobody:
    'Nothing has come back yet. Choose the file that you saved where you were. Without it, the people with whom you have accounts say what is owed: add them under “People”, and wait until they are connected. Confirm now only if nothing was ever owed between you and anybody.',
  restoreNotKept: 'People for whom your neighbours had no room: {count}.',
  restoreDone:
    'Confirmed: you can pay and be paid here. Payments to you that began within a minute of your coming do not come through; they can be made again.',
  restoreSuspended: 'out of use: the rules were broken there',
  restoreBanner: 'You cannot pay or be paid yet: your accounts wait for your word.',
} as const satisfies Partial<Messages>;

export const hubRefusals = {
  'bad-request': 'The hub did not understand the page at “{where}”. Reload the page and try again.',
  'bad-pid': '“{input}” is not a public name. Copy it once more, all of it.',
  'to-self': 'This is you. Choose somebody else.',
  'unknown-transaction': 'Your hub knows no such payment. Look for it in the history.',
  'not-found': 'The hub does not know what this page asked for. Reload the page.',
  'key-unknown': 'The hub does not know {pid}. Ask them for their contact card.',
  bug: 'The hub met a mistake of its own. Look at the history before you try again.',
  stopped: 'The hub is stopping. Try again in a minute.',
  'bad-contact': 'This cannot be how you are reached: {why}.',
  'bad-limit': 'This amount cannot be suggested: {why}.',
  'bad-endpoint': 'Nothing can be sent to this browser: {why}. Try another browser.',
  'no-such-member': 'Nobody here has this public name. Ask them for their contact card.',
  'token-missing': 'The hub wants to know who you are. Reload the page.',
  'token-wrong': 'The hub wants to know again who you are. Reload the page.',
  'token-expired': 'The hub wants to know again who you are. Reload the page.',
  'login-refused': 'Nobody is a member with this key. Join first, or check the words.',
  'challenge-wrong': 'Signing in took too long. Try again.',
  'refresh-wrong': 'The hub wants to know again who you are. Reload the page.',
  'refresh-expired': 'You have not been here for long. Reload the page.',
  'refresh-reused': 'The hub wants to know again who you are. Reload the page.',
  'signature-missing': 'What was sent was not signed. Reload the page and try again.',
  'signature-wrong': 'The signature does not fit. Nothing was done; reload the page and try again.',
  'signature-stale': 'The clock of this device goes wrong, or the connection was slow. Set the clock, and try again.',
  'signature-replayed': 'This was done already. Look at the history.',
  'member-suspended': 'The operator of this hub has suspended you: ask them. Your key and your debts stay yours.',
  'join-forged': 'The hub does not take the signature. Nothing was done; reload the page and try again.',
  'join-stale': 'The clock of this device goes wrong. Set the clock, and try again.',
  'other-network': 'This hub is of another network. Reload the page.',
  'other-hub': 'Another hub answers at this address than the one that you joined. Ask its operator before you go on.',
  'invitation-needed': 'One joins this hub by invitation. Ask a member for a link.',
  'invitation-wrong': 'This invitation is none of this hub, or who gave it is no member any more. Ask for another.',
  'invitation-expired': 'This invitation counted until {expiredAtMs}. Ask for another.',
  'invitation-used-up': 'This invitation was used already. Ask for another.',
  'too-many-invitations':
    'You have {limit} invitations that still count, which is the most. Wait until one has expired.',
  'mandate-old':
    'What you have signed for your hub is from before its records were lost. Reload the page: it signs anew.',
  'too-many-mandates':
    'The hub has {limit} of your mandates that still count, which is the most. Try again when one of them has expired.',
  'payment-under-way': 'A payment of yours is under way. It is decided within a minute: try again then.',
  'not-settled':
    'Settle first: you still owe, or are owed, a payment is under way, or you have not confirmed yet what came back. Or take everything along.',
  'account-blocked':
    'A check of this hub found that one of your accounts in {equivalent} does not add up. Nothing new happens on it until the operator has looked: tell them. Your receipts count as before.',
  'record-flawed': 'What you signed about where you are does not fit. Reload the page and try again.',
  'record-of-other-host':
    'Another hub answers at this address than the one that you joined. Ask its operator before you go on.',
  'record-stale': 'You have said something newer elsewhere. Try again.',
  'hub-full': 'This hub has as many members as it can take. Ask its operator.',
  'too-large': 'This is too much at once for the hub.',
  'too-often': 'The hub was asked too often. Try again in {retryAfterS} seconds.',
  failed: 'The hub met an error of its own. Try again, and tell its operator if it stays.',
  'nothing-kept':
    'This browser keeps nothing just now: its storage is full, closed, or turned off for this page. Nothing is lost at your hub. Make room or start the browser anew, then reload the page.',
  'inviter-differs':
    'Your link was made by the member with the public name “{what}”. The hub says something else: that another person invites you, or that you should let them owe another amount. Do not go on here, and tell whoever gave you the link.',
  'hub-lies': 'The hub answered for somebody else than “{what}”. Nothing was done. Ask its operator.',
} as const;
