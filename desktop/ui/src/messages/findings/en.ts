import type { FindingMessages } from './shape.ts';

const SET_THE_CLOCK = 'Set the clock, best by the network.';
const CONFIRM = 'Look at the top of this page at what came back, then confirm it.';

/** English. */
export const enFindings: FindingMessages = {
  failure: '{failure}',
  'system-refused': 'The system does not allow your node to look ({errno}). Run it as the user who owns its folder.',

  'folder-missing': 'There is no folder {folder}. Make a node with “geo init”, or name the right folder.',
  'folder-unreadable': 'The folder {folder} cannot be read. Name the right one, or make a node with “geo init”.',
  'folder-private': 'Nobody else can look into the folder {folder}.',
  'folder-open': 'Other users of this computer can look into {folder}. Take that right away from them.',
  'identity-encrypted': 'Your public name is {pid}. The key is locked with a passphrase.',
  'identity-plain': 'Your public name is {pid}. The key is protected by the rights of its file alone.',
  'identity-open': 'Other users of this computer can read {path} and pay in your name. Take that right away from them.',
  'identity-open-encrypted':
    'Other users of this computer can read {path} and try passphrases on it. Take that right away from them.',
  'settings-usable': 'The settings can be used.',
  'process-none': 'No node runs on this folder. Start it with “geo start”.',
  'process-runs': 'The node runs since {sinceAtMs}, as process {process}.',
  'process-silent':
    'Process {process} has held this folder since {sinceAtMs} and does not answer. It may be starting or stopping. If that lasts, end it with “geo stop”.',
  'version-same': 'The program and the node are both of version {version}.',
  'version-differs':
    'The program is of version {version}, the node that runs is of version {running}. Stop the node and start it again.',
  'disk-room': 'There is room on the disk: {freeMiB} MB.',
  'disk-little':
    'There is little room on the disk: {freeMiB} MB. A node that cannot write stops. Make room on this disk.',

  'clock-now': 'By the clock of this computer it is {nowAtMs}.',
  'clock-year': 'By the clock of this computer it is the year {year}. Set the clock.',
  'clock-files': `Files of your node were written later than the clock of this computer says. ${SET_THE_CLOCK}`,
  'clock-went-back': `The clock of this computer was ahead of what it says now, by {differenceMs}. ${SET_THE_CLOCK}`,
  'clock-own-line': `A limit that you set is dated later than the clock of this computer says, by {differenceMs}. ${SET_THE_CLOCK} Others refuse what seems to come from the future.`,
  'clock-their-line': `A limit that {name} set is dated later than the clock of this computer says, by {differenceMs}. ${SET_THE_CLOCK} Others refuse what seems to come from the future.`,

  'ports-free': 'The ports in the settings are free.',
  'port-taken':
    'Another program uses port {port} of {host}. Stop that program, or choose another port in the settings.',
  'port-taken-moves': 'Another program uses port {port} of {host}. Your node will take another one that is free.',
  'reach-direct': 'Others can call your node directly. Its addresses: {addresses}.',
  'reach-relays':
    'Others cannot call your node directly. Calls are passed on by: {relays}. Addresses of your node: {addresses}.',
  'reach-untried': 'Nobody has tried yet whether your node can be called directly. Its addresses: {addresses}.',
  'reach-untried-relays':
    'Nobody has tried yet whether your node can be called directly. Calls are passed on by: {relays}. Addresses of your node: {addresses}.',
  'reach-none':
    'Others cannot call your node, so it calls them itself. Its addresses: {addresses}. That is enough where the others can be called. Else open its port in your router, or choose who passes calls on (“relays” in the settings).',
  'not-listening':
    'Your node takes no calls, so it calls others itself. To be called it needs an address (“listen” in the settings) or somebody who passes calls on (“relays”).',
  'not-listening-relays':
    'Your node has no address of its own. Calls are passed on by: {relays}. To be called directly it needs an address (“listen” in the settings).',

  'records-none': 'There are no records yet: the node never ran.',
  'records-whole': {
    by: 'values',
    forms: {
      one: '{values} record was read, and none is damaged or missing.',
      other: 'All {values} records were read, and none is damaged or missing.',
    },
  },
  'backups-none': 'There are no backups yet: one is made after each change that matters.',
  'backups-newest': 'The newest backup was made {madeAtMs}.',
  'backup-failed': 'There is no backup of the last change. {failure}',

  'restored-never': 'No records were lost.',
  'restored-frozen': `Records were lost {lostAtMs}, so your node signs nothing new. ${CONFIRM}`,
  'restored-frozen-waiting': `Records were lost {lostAtMs}, so your node signs nothing new. It waits to hear what these people have written down: {waiting}. ${CONFIRM}`,
  'restored-agreed': `Records were lost {lostAtMs}. Meanwhile these people agree with what is here: {agreed}. ${CONFIRM}`,
  'restored-agreed-waiting': `Records were lost {lostAtMs}. Meanwhile these people agree with what is here: {agreed}. Your node still waits to hear from: {waiting}. ${CONFIRM}`,
  'restored-waiting':
    'Records were lost {lostAtMs}. Your node still waits to hear from: {waiting}. Until then these accounts are out of use.',
  'restored-confirmed': 'Records were lost {lostAtMs}; all accounts are confirmed since.',

  'accounts-none': 'There are no accounts yet.',
  'accounts-usable': {
    by: 'accounts',
    forms: { one: 'Your {accounts} account is in use.', other: 'All of your {accounts} accounts are in use.' },
  },
  'accounts-suspended':
    'Accounts out of use, because the node there broke the rules: {names}. Talk to each other; setting the limit again ends it.',
  'accounts-two-lines':
    'Two different limits with the same number were signed by: {names}. No new debt is taken there. Talk to each other: two nodes of one person may run at once. A newer limit ends it.',

  'links-none': 'There is nobody to be connected with yet.',
  'links-all': 'Your node is connected with everybody you have added ({linked}).',
  'links-some':
    'Your node is connected with {linked} of {all}. Not connected: {names}. Why is said above, under “Connections”.',
  'links-nobody':
    'Your node is connected with none of {all}: {names}. Is this computer online? Else ask somebody for a new contact card.',

  'held-none': 'Nothing is kept aside past its time.',
  'held-late':
    'Kept aside past its time: {amounts}. The answer is missing from: {names}. Nothing is lost. Ask them to come online; what else can be done is said above, under “Amounts kept aside”.',
};
