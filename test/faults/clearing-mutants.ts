/** Ways to break the rules of clearing (protocol §5), as mutants.ts has those of payments. */
import { type Mutant, machine } from './mutants.ts';

export const CLEARING_MUTANTS: readonly Mutant[] = [
  {
    name: '§5.3: a clearing of a debt whose owner wants to be asked goes on without a yes',
    patches: [
      { file: machine('reserve'), find: 'policy.autoClearing === false;', replace: 'policy.autoClearing === null;' },
    ],
  },
  {
    name: '§5: a clearing takes more than is owed',
    patches: [
      {
        file: 'protocol/account.ts',
        find: 'return atLeastZero(-account.balance - account.reservedIn);',
        replace: 'return atLeastZero(account.limitGiven - account.balance - account.reservedIn);',
      },
    ],
  },
  {
    name: '§5: the initiator of a clearing applies only one end',
    patches: [
      {
        file: machine('commit'),
        find: '    applyAt(turn, { txId, header, route, signatures, commit }, 0);\n',
        replace: '    void [route, signatures];\n',
      },
    ],
  },
  {
    name: '§5.2: a ring whose half comes twice is begun twice',
    seeds: '536..545',
    patches: [
      {
        file: machine('meet'),
        find: '  if (search.halves.some((known) => isOfOneMeeting(known, half) && known.side === side)) return;\n',
        replace: '',
      },
      { file: machine('clear'), find: '  if (turn.position(txId, 0, 0) !== undefined) return null;\n', replace: '' },
    ],
  },
];
