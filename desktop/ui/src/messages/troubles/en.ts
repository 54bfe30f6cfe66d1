import type { TroubleMessages } from './shape.ts';

/** English. */
export const enTroubles: TroubleMessages = {
  causes: {
    'frame-empty': 'Their node sent an empty message, which is against the rules.',
    'frame-too-long': 'Their node sent a message longer than the rules allow.',
    'frame-length-malformed': 'Their node sent a message whose length cannot be read.',
    'frame-truncated': 'Their node hung up in the middle of a message.',
    'hello-malformed': 'Their node did not begin with a greeting that yours understands.',
    'hello-forged': 'The greeting of their node is not signed with its key.',
    'hello-late': 'Their node did not greet in time.',
    incompatible: 'Their node and yours do not fit together.',
    superseded: 'They are connected in another way by now.',
    twin: 'Two running nodes have their key. Tell them: only one of the two may run.',
    'too-many-links': 'Your node is connected with too many others.',
    'too-slow': 'Their node did not read what was sent to it.',
    'node-failed': 'Your node could not work on what their node sent; its log says why.',
    'query-refused': 'A question of their node was refused.',
    'query-late': 'A question of their node did not come in time.',
    closed: 'Their node ended the connection.',
    reset: 'The connection broke.',
    stopped: 'Your node was stopped.',

    'other-network': 'Their node belongs to another network (“{theirs}”) than yours (“{ours}”).',
    'version-older':
      'Their program is too old for yours: it has to be updated. Version of the protocol there: {theirs}, here: {ours}.',
    'version-newer':
      'Your program is too old for theirs: update it. Version of the protocol there: {theirs}, here: {ours}.',
    'no-address': 'No address of their node is known: it has to call yours.',
    'nobody-there': 'No node is running at their address.',
    'name-unknown': 'The name in their address is not known.',
    'no-way': 'There is no way to their address. Is this computer online?',
    'no-answer': 'Their node did not answer in time.',
    'somebody-else': 'Somebody else answers at their address.',
    'no-geo-node': 'At their address is no node of GEO, or a much newer one.',
    'hung-up': 'Their node hung up before you were connected.',
  },
  where: 'They were looked for here: {places}.',
  relay: 'through somebody who passes calls on, at {address}',
};
