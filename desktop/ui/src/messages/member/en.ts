/** English for what only members of a hub see. `{name}` stands for what the page puts in. */
export const en = {
  insecureTitle: 'This page cannot keep your key safe',
  insecure:
    'Your browser lets pages keep keys only where nobody can read along. Open the page with an address that begins with “https://”, and not in a private window.',
  stuckTitle: 'This page does not open just now',
  step: 'Step {number} of 3',
  welcomeTitle: 'Welcome',
  welcomeWhat:
    'Here you can owe people you know, be owed by them, and pay anybody whom you reach through friends of friends. There is no bank in between. This hub keeps the books and answers for you when this page is closed; the key that pays stays in this browser.',
  invitedBy: '{who} invites you.',
  invitedByOperator: 'The operator of this hub invites you.',
  invitedLimit: '{who} suggests that you let them owe you up to {money}. You decide about it later.',
  invitedHubSays: 'Only the hub says so: the link that you were given names nobody.',
  haveWords: 'Are you new here?',
  amNew: 'Yes, I am new',
  amKnown: 'No, I have my 24 words',
  typeWords: 'Your 24 words, in order',
  wordsBring:
    'With these words you are who you were. What you owe and are owed at this hub comes back by itself. If you come from another hub or from a computer of your own, keep the file ready that you saved there.',
  protect: 'Ask for a passphrase whenever I open the page here',
  protectHint:
    'Good where others use this device too. At least {least} characters; nobody can replace it, but your 24 words open everything anew.',
  nameTitle: 'What are you called?',
  yourName: 'Your name',
  yourNameHint: 'Other members see it. You can change it later.',
  invitation: 'Your invitation',
  invitationHint: 'This hub takes people by invitation. Paste the link that somebody gave you.',
  invitationMissing: 'Paste the invitation link first: this hub takes people by invitation.',
  join: 'Join',
  joining: 'One moment…',
  joinedTitle: 'You are in',
  joinedWhat: 'You are a member now, and {who} is among your people.',
  metTitle: 'You were invited',
  metWhat: 'You are a member already. {who} is among your people now.',
  notMet: 'This invitation brought you together with nobody',
  notMetWhat:
    'You are a member already, and nothing else has changed. Ask whoever invited you for a new link, or look for them under People.',
  joinedSuggestion:
    'Letting somebody owe you is how payments to you become possible. Do it with people you trust, and for as much as you could bear to lose.',
  joinedHubSays:
    'Only the hub says that {who} invites you: your link names nobody. Ask them first, on another way, for their public name; it has to be this one, letter for letter:',
  goOn: 'Go on',
  startOver: 'Start over',
  startOverSure: 'Forget the key in this browser and start over?',
  startOverMeans:
    'This browser forgets the key with which you are coming in. Do it if you were a member before: then say that you have your 24 words. If you have written words down just now, only they bring this key back.',
  lockedWhat: 'It opens your key in this browser.',
  forgotten: 'I have forgotten it',
  forgottenMeans:
    'Then this browser forgets your key, and you come back with your 24 words. Without them nobody can help.',
  forgetKey: 'Forget the key in this browser',

  shutWhat:
    'Either you have ended here, perhaps on another device, or the operator of this hub has suspended you. Your key and your debts stay yours.',
  shutDo: 'If you go on elsewhere, forget this hub here. If neither is so, ask the operator of your hub.',
  shutBelow: 'Below is what this browser knew last; you can read it, and change nothing.',
  shutStill: 'The hub still does not let you in.',
  shutForget:
    'This browser forgets your key and everything that it keeps of you. Your debts stay as they are: only your 24 words bring you back, here or elsewhere.',
  tryAgain: 'Try again',
  backWithWords: 'Come back with my 24 words',

  mayTitle: 'While you are away',
  mayUntil:
    'Until {time} the hub may receive payments for you, also when this page is closed; it can never spend for you.',
  mayNot: 'The hub may not receive for you now: open this page with a connection, and it renews that by itself.',
  mayNothing:
    'As soon as you and somebody else let each other owe, the hub can receive for you while this page is closed.',
  mayDetails: 'What exactly it may do',
  mayReceive:
    'Receive payments for you, pass payments of others on over your accounts, and even out circles of debt as you have allowed.',
  mayCannot:
    'Pay for you, raise a limit or begin anything that costs you: each of these needs your key, which is only in this browser.',
  mayRenew: 'This is renewed whenever you open this page. If you do not for a week, nobody can pay you until you do.',
  mayCaps: 'Over each account no more than this goes in that time, both ways added up:',
  mayCap: '{who}: {used} of {cap}',
  can: 'It can:',
  cannot: 'It cannot:',

  waitingTitle: 'Not sent yet',
  waitingLine: '{who} may owe you up to {money}: signed, and sent as soon as the hub can be reached.',
  refusedLine: 'That {who} may owe you up to {money} was not taken.',
  waitingChanged: 'What you have changed about {who} is sent as soon as the hub can be reached.',
  waitingRemoved: '{who} is taken off your people as soon as the hub can be reached.',
  refusedChanged: 'What you have changed about {who} was not taken.',
  refusedRemoved: '{who} was not taken off your people.',
  waitingAsks: 'You wanted to pay {money} to {who}, {time}. Nothing was paid: the hub could not be reached.',
  waitingOver: 'You wanted to pay {money} to {who}, {time}. It did not come through, and nothing was paid.',
  waitingOpen:
    'You signed a payment of {money} to {who}, {time}. Nothing proves yet how it ended, so do not pay it again; it is asked about by itself.',
  payItNow: 'Pay {money} now',
  forgetIt: 'Forget it',
  forgetTitle: 'Forget this payment?',
  forgetMeans: 'If it was paid all the same, it stays paid: ask {who} first whether it has arrived.',
  lookNow: 'Look again',

  alarmTitle: 'What your hub shows is not as it should be',
  alarmLine: 'You have signed that {who} may owe you up to {money}; the hub shows otherwise.',
  alarmLimit: 'It has let {who} owe you more than the {money} that you have signed.',
  alarmBalance: 'It shows {money} between you and {who}, and does not prove it.',
  alarmLook: 'See what is wrong',
  alarmDo: 'Ask the operator, and save your ledger under History: it proves what was signed.',

  you: 'You',
  yourHub: 'Your hub',
  yourPid: 'Your public name',
  yourPidHint: 'Who compares it letter for letter with theirs knows that it is you.',
  lockTitle: 'Passphrase of this browser',
  lockOn: 'Asked whenever the page is opened here.',
  lockOff: 'There is none: whoever opens this browser can pay for you.',
  lockSet: 'Set a passphrase',
  lockRemove: 'Ask for none any more',
  wordsLost: 'They bring you back where this browser is lost. If the paper is lost, write them down once more.',
  wordsShow: 'Show my 24 words',
  wordsCaution:
    'Whoever sees them can be you and pay for you. Look around first: nobody should see your screen, and nobody has a reason to ask you for them, the operator neither.',
  wordsShowNow: 'Show them',
  wordsHide: 'Hide them',
  tellTitle: 'Tell me when this page is closed',
  tellWhat:
    'Your device then tells you when you were paid, when somebody changes how much you may owe them, and when your word is wanted.',
  tellWho:
    'The maker of your browser passes this on. It learns that something has happened at this hub, and when; not what, how much, or with whom.',
  tellOn: 'It is turned on in this browser.',
  tellOff: 'It is turned off in this browser.',
  tellTurnOn: 'Turn on',
  tellTurnOff: 'Turn off',
  tellRefused:
    'Your browser does not let this page tell you anything. Allow it notifications in the settings of the browser, and try again.',
  tellUnsupported:
    'This browser cannot do that here. On an iPhone or iPad, put the page on the home screen first, and open it from there.',
  tellUnreachable:
    'What passes such news on for your browser cannot be reached. Try again later, or use another browser.',
  findTitle: 'Be found from elsewhere',
  findWhat:
    'People outside of this hub find you by your public name, to pay you or to let you owe them. Whoever has that name learns that you are at this hub.',
  findOn: 'You can be found. Open this page once a day for that.',
  findOff: 'Nobody is told where you are. What was told before is forgotten within a day.',
  findTurnOn: 'Let me be found',
  findTurnOff: 'Hide me',
  findImpossible: 'This hub tells nobody where its members are.',
  noticeOpen: 'Press to see it.',
  noticeReceived: 'You were paid.',
  noticeReceivedMany: 'Payments to you: {count}.',
  noticeLine: 'Somebody has changed how much you may owe them.',
  noticeLineMany: 'Changes of how much you may owe others: {count}.',
  noticeProposal: 'A circle of debts could be evened out. Your word is wanted.',
  noticeProposalMany: 'Circles of debts that wait for your word: {count}.',
  noticeOther: 'Something has happened.',
  arriveFile: 'The file that you saved where you were',
  arriveChoose: 'Choose the file',
  arriveHint:
    'Its name is like “geo-20261130.backup”, and it opens here only. The hub is shown what your neighbours have signed for you, and whom you know.',
  arriveFirst:
    'End there first, if you have not yet: in its settings at another hub, with “geo move” on a computer of your own. In two places at once you could break your word.',
  arriveReading: 'Showing it to the hub: {done} of {all}',
  arriveDone: 'All of it was taken. Your neighbours are asked now.',
  arriveNoBackup: 'This is no backup file of GEO. The name of one ends in “.backup”.',
  arriveOtherVersion: 'This file was made by a later version of GEO than this hub has.',
  arriveOfAnother: 'This file is of somebody else: your words do not open it.',
  arriveDamaged: 'This file is damaged or cut short. Take another one.',
  arriveOtherNetwork: 'This file is of another network than this hub.',
  moveTitle: 'Go on elsewhere',
  moveWhat:
    'Save your accounts, your limits and whom you know in one file, which only your 24 words open. On a computer with GEO, answer at the first start that you have your 24 words and a backup file; at another hub, say that you have your 24 words, and choose the file when it is asked for.',
  moveSaved: 'The file is saved. Try first whether it can be found; then you can end here.',
  moveKept:
    'The hub does not answer. The file holds what this browser has kept of you, as of {time}, with all that others have signed: choose it at another hub, or give it to a program of your own. What was paid since, those you know can tell.',
  moveLedger: 'Older payments are not in it. To keep those too, save the ledger: it lists everything, with signatures.',
  moveEnd: 'End at this hub',
  moveSure: 'Do you have the file and your 24 words?',
  moveYes: 'Yes, end here',
  moveMeans:
    'This hub never acts for you again, and this browser forgets your key. Your debts stay as they are, and those you know find you where you go on.',
  leaveTitle: 'Leave this browser',
  leaveWhat:
    'This browser forgets your key and everything that it keeps of you. You stay a member, and your debts stay as they are: your 24 words bring you back, here or elsewhere.',
  leave: 'Forget me here',
  leaveSure: 'Do you have your 24 words?',
  leaveYes: 'Yes, forget me here',
  eraseTitle: 'Delete me from this hub',
  eraseWhat:
    'The hub then deletes your accounts, your payments, your name and whom you know, and never acts for you again. This browser forgets your key.',
  eraseStays:
    'What stays: at the hub, that your key was used here once, without a name; and in the books of the people you dealt with, what was paid, and your public name.',
  eraseWhen:
    'That is possible as soon as you owe nobody and nobody owes you, no payment is under way, and there is no dispute.',
  eraseFirst: 'Settle with them first',
  eraseYouOwe:
    'You owe {who} {money}. Give it back as suits you both, in money or in kind, and let yourself be paid the same amount here in return: then you are even.',
  eraseOwesYou:
    '{who} owes you {money}. As soon as you have got it back, or want to let it go, pay the same amount here in return: then you are even.',
  erase: 'Delete me',
  eraseSure: 'Delete everything of you at this hub?',
  eraseYes: 'Yes, delete me',
  eraseMeans:
    'Nobody can take that back. The history is deleted, too: if you may need it one day, save it first, under History.',
  erased: 'You were deleted from this hub, and this browser has forgotten your key.',
  eraseNot: 'You were not deleted',
  eraseUnsure:
    'It is not known yet what you owe and are owed. Wait until your neighbours have shown their books, and confirm on the first screen that they are right.',
  eraseOpen:
    'A payment of yours is not decided yet. Mostly that takes a minute; “On hold” on the first screen shows what it waits for. Try again then.',
  eraseDisputed:
    'There is proof that somebody broke their word to you, and it would be lost. Show it to the operator, and take it along: save your file under “Go on elsewhere”, and end here. What the hub still has of you is deleted by itself later.',
};
