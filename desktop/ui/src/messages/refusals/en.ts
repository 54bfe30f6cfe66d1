import type { RefusalMessages } from './shape.ts';

/** English. `{why}` and `{limit}` of mistyped things are the node's own words, which are English too. */
export const enRefusals: RefusalMessages = {
  plain: {
    'bad-amount': '“{input}” is not an amount: {why}. It should be {limit}.',
    'bad-equivalent': '“{input}” is not the name of a currency: {why}. It should be {limit}.',
    'bad-key': '“{input}” is not a public key: {why}. It should be {limit}.',
    'bad-pid': '“{input}” is not the public name of a node: {why}. It should be {limit}.',
    'bad-words': 'These are not the words of an identity: {why}. They should be {limit}.',
    'bad-name': '“{input}” is not a name: {why}. It should be {limit}.',
    'bad-address': '“{input}” is not a network address: {why}. It should be {limit}.',
    'bad-link': 'This is not a link that can be used here: {why}. It should be {limit}.',
    'bad-memo': 'This cannot be the text of a payment: {why}. It should be {limit}.',
    'bad-receipt': 'This proves nothing: {why}. A receipt is {limit}.',
    'bad-time': '“{input}” is not a time: {why}. It should be {limit}.',
    'bad-encoding': 'The data is damaged at “{where}”: {why}. It should be {limit}.',
    'bad-route': 'The chosen ways cannot be used: {why}.',
    'bad-request': 'The node did not understand the page at “{where}”: {why}. Reload the page and try again.',

    'limit-below-debt':
      'The limit cannot be {asked}: {debt} is owed to you already, and payments under way hold {reserved}. Choose a higher limit, or wait until less is owed.',
    'no-account':
      'You and this person share nothing in {equivalent}. One of you has to set a limit for the other first.',
    'to-self': 'This is your own node. Choose somebody else.',
    'unknown-transaction': 'Your node knows no payment {id}. Look for it in the history.',
    'id-reused': 'A payment with this number exists already, with another receiver or amount. Begin the payment anew.',
    'bad-document': 'What was signed here does not fit what the hub knows. Load the page again and try once more.',
    'too-many-neighbours': {
      by: 'limit',
      forms: {
        one: 'Your node has an account with {limit} person, and may have no more. Use that one.',
        other: 'Your node has accounts with {limit} people, and may have no more. Use one of those.',
      },
    },
    'not-held': 'Nothing is kept aside here, so there is nothing to give up. It may be decided already.',
    'no-proposal': 'Nobody waits for your word on this circle of debts. It may be done or over by now.',
    'not-agreed': {
      by: 'neighbours',
      forms: {
        one: '{neighbours} connected person has not shown yet what their books say. Wait a moment and confirm again.',
        other:
          '{neighbours} connected people have not shown yet what their books say. Wait a moment and confirm again.',
      },
    },
    'not-restored': 'There is nothing to confirm: your node has lost no records, or you have confirmed them already.',

    'no-route': {
      by: 'maxHops',
      forms: {
        one: 'The receiver does not trust you directly, and only {maxHops} step may be gone. Ask them for a limit.',
        other:
          'No chain of people who trust each other, at most {maxHops} steps long, is known from you to the receiver for this amount. The receiver, or somebody near them, has to trust you or somebody you can pay. If that was set just now, try again in a minute.',
      },
    },
    expired: 'The payment took too long. Nothing was paid; try again.',
    'too-little-time': 'The payment moved so slowly that too little time was left. Nothing was paid; try again.',
    'lifetime-too-long': 'The payment asked to be kept open for more than a day, which nobody accepts.',
    'from-the-future':
      'For somebody on the way the payment comes from the future. Check the clock of this computer: it may differ by a minute at most.',
    'already-paid': 'The receiver has this payment already. Nothing was paid twice; look at the history.',
    cancelled: 'The payment was called back before it was done. Nothing was paid; you can try again.',
    'node-restored':
      'A node on the way has lost records and signs nothing until they are confirmed. Nothing was paid; try again later.',
    'amounts-do-not-add-up':
      'The parts of the payment do not add up to its amount, so it was refused. Nothing was paid.',
    'let-go': 'Somebody on the way gave up waiting for this payment. Nothing was paid; you can try again.',
    'not-explained':
      'Somebody on the way refused for a reason that this version does not know (number {number}). A newer version may explain it.',

    'folder-in-use': 'Another program uses the data of this node. Stop it first.',
    'folder-unreadable': 'The folder with the data of your node cannot be read or written. Check whom it belongs to.',
    'disk-full': 'The disk of your node is full. Make room on it; nothing is lost.',
    'store-corrupt': 'Records of your node are damaged. Stop it, and run “geo doctor” to see what to do.',
    'store-newer': 'The data of your node is of a newer version of GEO. Install that one.',
    'store-exists': 'There are records here already, and they are never replaced. Choose another folder.',
    'store-failed': 'The disk of your node did not do what it should. Run “geo doctor” to see what to do.',
    'config-invalid': 'Something in the settings of your node is wrong. Run “geo doctor” to see what.',
    'port-in-use': 'Another program uses the port of your node. Stop it, or choose another port in the settings.',
    'node-unreachable': 'Your node cannot be reached. It may have been stopped: start it with “geo start”.',
    'identity-missing': 'There is no identity here yet. Make one with “geo init”.',
    'identity-exists': 'There is an identity here already, and it is never replaced.',
    'identity-locked': 'The key of your node is locked with a passphrase, which is missing or wrong.',
    'identity-corrupt': 'The file with the key of your node is damaged. Restore it with your 24 words.',
    'backup-unusable':
      'This is not a backup file of GEO, or one of a newer version. Choose another file: GEO names them “geo-DATE.backup”.',
    'backup-damaged': 'This backup file is damaged or cut short. Choose another copy of it, or an older one.',
    'backup-of-another':
      'This backup file is of somebody else than your words. Check the words, or choose another file.',
    'backup-of-other-network':
      'This backup file is of another network than the settings here say. Choose another file, or begin in another folder.',
    'node-moved': 'Your node was moved and goes on elsewhere. It never starts here again.',
    stopped: 'Your node is stopping and takes nothing more. Start it again with “geo start”.',
    bug: 'Your node met a mistake of its own; its log says which. Look at the history before you try again.',

    'not-found': 'Your node does not know what this page asked for. It may be of another version: reload the page.',
    'body-too-large': 'This is too much at once: at most {limitBytes} bytes may be sent.',
    'no-token': 'This page is not let in any more. Run “geo ui” and open the link that it shows.',
    'scope-missing': 'This page may not do that: it has the right “{has}”, and “{needs}” is needed.',
    'daily-cap':
      'No more may be paid in this way today: {cap} a day, of which {spent} is spent; {asked} was asked. It begins anew at midnight UTC.',
    'wrong-host':
      'This page was opened at “{host}”, which is not the address of your node. Run “geo ui” for the right one.',
    'wrong-origin': 'Pages of “{origin}” may not use your node.',

    'unknown-contact': '“{input}” is nobody you have added. Check the name, or paste their contact card.',
    'key-unknown': 'Your node does not know {pid} well enough. Ask them for their contact card.',
    'directory-off':
      'Your node takes no part in the common directory, so it cannot look for people. Use a contact card.',
    'not-in-directory': '{pid} was not found. {more}',
    'alias-taken': 'You call somebody else “{alias}” already. Choose another name.',
    'look-alike': '“{alias}” looks like “{other}”, who is somebody else. Choose another name.',
    'alias-ambiguous': '“{alias}” could be taken for a link or a public name. Choose another name.',
    'too-many-contacts': 'You have {limit} people here already, which is the most. Remove one whom you need no more.',
    'contact-in-use': 'There is still a limit or a debt between you in {equivalent}. Settle that first.',
    'card-expired': 'This contact card was good until {expiredAtMs}. Ask for a new one.',
    'request-expired': 'This request was to be paid until {expiredAtMs}. Ask for a new one.',
    'amount-needed': 'This request leaves the amount to you. Say how much.',
    'amount-fixed': 'This request is for {amount}, and for no other amount.',
    'no-receipt': 'There is no receipt: only a payment that is done has one.',
    'unknown-token': 'There is no access named “{name}”.',
    'token-exists': 'An access named “{name}” exists already. Choose another name.',
    'unknown-session': 'This browser is signed out already.',
    'unknown-backup': 'There is no backup file “{name}” that your node can open: older ones are removed in time.',
    'ui-not-built': 'The pages of this node are not built. Run “npm run build:ui”, then “geo ui” again.',
    'link-used': 'This link was used already or is older than a minute. Run “geo ui” for a new one.',
  },
  hops: {
    insufficient: {
      fromYou: '{to} lets you owe at most {limit}.',
      toYou: 'You let {from} owe at most {limit}.',
      between: '{to} lets {from} owe at most {limit}.',
    },
    'no-trust-line': {
      fromYou: '{to} lets you owe nothing and owes you nothing, so nothing can be paid there. Ask {to} for a limit.',
      toYou: 'You let {from} owe nothing and owe them nothing, so nothing can be paid there. Set a limit for {from}.',
      between:
        '{to} lets {from} owe nothing and owes them nothing, so nothing can pass there. {to} would have to set a limit.',
    },
    'line-closed': {
      fromYou: '{to} takes no new debt from you. Ask {to} to set a limit again.',
      toYou: 'You take no new debt from {from}. Set a limit again.',
      between: '{to} takes no new debt from {from}. {to} would have to set a limit again.',
    },
    'line-frozen': {
      fromYou: '{to} has stopped new debt of yours for now. Ask {to} to set the limit again.',
      toYou: 'New debt of {from} with you is stopped for now. Set the limit again.',
      between: '{to} has stopped new debt of {from} for now. {to} would have to set the limit again.',
    },
    'not-intermediate': {
      fromYou: '{to} passes nothing on for you: you can only pay {to}. Another way would be needed.',
      toYou: 'You pass nothing on for {from}: they can only pay you. Another way would be needed.',
      between: '{to} passes nothing on for {from}. Another way would be needed.',
    },
    'daily-limit': {
      fromYou: '{to} takes only so much from you in a day.',
      toYou: 'You take only so much from {from} in a day.',
      between: '{to} takes only so much from {from} in a day.',
    },
    blocked: {
      fromYou: '{to} does not take this payment from you. Another way would be needed.',
      toYou: 'You do not take this payment from {from}.',
      between: '{to} does not take this payment from {from}. Another way would be needed.',
    },
    'neighbour-offline': {
      fromYou: '{to} is not connected with you now. Try again when {to} is back.',
      toYou: 'You are not connected with {from} now. Try again when you are.',
      between: '{to} is not connected with {from} now. Try again when they are.',
    },
    'neighbour-overdue': {
      fromYou: '{to} has not answered for earlier payments of yours yet. New ones pass when those are decided.',
      toYou: 'You have not answered for earlier payments of {from} yet. New ones pass when those are decided.',
      between: '{to} has not answered {from} for earlier payments yet. New ones pass when those are decided.',
    },
    'too-much-open': {
      fromYou: '{to} has too many payments of yours under way. Try again in a moment.',
      toYou: 'You have too many payments of {from} under way. Try again in a moment.',
      between: '{to} has too many payments of {from} under way. Try again in a moment.',
    },
    'nothing-to-clear': {
      fromYou: '{to} can be paid back only {maxNow} by you now, so there is less to even out.',
      toYou: 'You can be paid back only {maxNow} by {from} now, so there is less to even out.',
      between: '{to} can be paid back only {maxNow} by {from} now, so there is less to even out.',
    },
    'no-auto-clearing': {
      fromYou: '{to} wants to be asked before debts with you are evened out.',
      toYou: 'You want to be asked before debts with {from} are evened out.',
      between: '{to} wants to be asked before debts with {from} are evened out.',
    },
    'account-unsure': {
      fromYou: '{to} and you do not agree yet on what you owe each other, since records were lost. Try again later.',
      toYou: 'You and {from} do not agree yet on what you owe each other, since records were lost. Try again later.',
      between:
        '{to} and {from} do not agree yet on what they owe each other, since records were lost. Try again later.',
    },
    'too-old': {
      fromYou: '{to} and you have closed the books that this late payment belongs to. Nothing was paid; try again.',
      toYou: 'You and {from} have closed the books that this late payment belongs to. Nothing was paid; try again.',
      between: '{to} and {from} have closed the books that this late payment belongs to. Nothing was paid; try again.',
    },
    'not-delegated': {
      fromYou: '{to} uses a hub, and the hub may not sign this now. When {to} has opened the page again, try again.',
      toYou: 'You use a hub, and it may not sign this for you now. Open the page again, so that it may.',
      between: '{to} uses a hub, and the hub may not sign this now. When {to} has opened the page again, try again.',
    },
    'below-smallest': {
      fromYou: '{to} passes on nothing below {limit} for you. Pay at least that much.',
      toYou: 'You pass on nothing below {limit} for {from}.',
      between: '{to} passes on nothing below {limit} for {from}. Pay at least that much, or another way.',
    },
  },
  more: {
    passes: '{maxNow} more would pass now.',
    passesNothing: 'Nothing more would pass now.',
    holds: 'Payments under way hold {reserved}; when they end, more may pass.',
    payLess: 'Pay at most {maxNow}, or change the limit.',
    askThem: 'Ask {to} to raise the limit.',
    raiseYours: 'You can raise your limit for {from}.',
    askOthers: 'Their node may have been off for a day. Check the name, or ask them for their contact card.',
    askedNobody: 'Your node is connected with nobody whom it could ask. Ask them for their contact card.',
    strangerFrom: 'somebody on the way',
    strangerTo: 'somebody further on',
    retryLater: 'You can try the same again later.',
    unforeseen: 'Something unforeseen happened in this page. Reload it and try again.',
  },
};
