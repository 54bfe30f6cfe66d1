/**
 * Ways to break the rules of protocol §4.4, as patches of the source. Each stands for a mistake that somebody could
 * make in good faith; the simulator must notice every one of them within 200 seeds.
 */

/** One replacement in one file; `find` must occur exactly once. */
interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  /** The rule that it breaks, and how. */
  readonly name: string;
  readonly patches: readonly Patch[];
  /** Where it shows, if it is so rare that 300 seeds are not enough. */
  readonly seeds?: string;
}

export const machine = (file: string) => `protocol/machine/${file}.ts`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'rule 1: sends before the disk has synced',
    patches: [
      {
        file: 'simulations/participant.ts',
        find: '        batch.release.push(effect);\n      } else if (this.#writing === null) {',
        replace: '        this.#world.released(this, effect);\n      } else if (this.#writing === null) {',
      },
    ],
  },
  {
    name: 'rule 2: signs without reserving the incoming hop',
    patches: [{ file: machine('prepare'), find: '  holdIncoming(turn, prepared);\n', replace: '' }],
  },
  {
    name: 'rule 2: signs without reserving the outgoing hop',
    patches: [{ file: machine('prepare'), find: '  holdOutgoing(turn, prepared);\n', replace: '' }],
  },
  {
    name: 'rule 3: an own clock releases a reservation',
    patches: [
      {
        file: machine('resolve'),
        find: '      } else askAround(turn, position, tries);\n',
        replace:
          "      } else {\n        freeOutgoing(turn, position);\n        abortPosition(turn, { ...position, state: 'held' }, refuse('expired', {}));\n        return;\n      }\n",
      },
      {
        file: machine('resolve'),
        find: "import { markTime, mayHaveSigned } from './restored.ts';",
        replace:
          "import { freeOutgoing } from './reserve.ts';\nimport { markTime, mayHaveSigned } from './restored.ts';",
      },
      {
        file: machine('resolve'),
        find: "import { letGo } from './abort.ts';",
        replace: "import { abortPosition, letGo } from './abort.ts';",
      },
    ],
  },
  {
    name: "rule 4: releases on the receiver's ABORT alone",
    patches: [
      {
        file: machine('abort'),
        find: '  const known = turn.position(txId, routeIndex, abort.position - 1);\n  const isDownstream = known !== undefined && downstreamOf(known) === abort.signer;',
        replace:
          '  const known = turn.positions(txId).find((held) => held.route.index === routeIndex);\n  const isDownstream = known !== undefined && (downstreamOf(known) === abort.signer || known.header.receiver === abort.signer);',
      },
    ],
  },
  {
    name: "rule 4: releases on the receiver's DECLINE alone",
    patches: [
      {
        file: machine('step'),
        find: '      receiveDecline(turn, { txId: message.txId, signer: message.signer, signature: message.signature });\n',
        replace:
          "      for (const known of turn.positions(message.txId)) {\n        if (known.state !== 'prepared' || known.header.receiver !== message.signer) continue;\n        freeOutgoing(turn, known);\n        abortPosition(turn, { ...known, state: 'held' }, refusalOf({ number: 16, hop: null, limit: null, maxNow: null, reserved: null }));\n      }\n",
      },
      { file: machine('step'), find: 'import { letGo,', replace: 'import { abortPosition, letGo,' },
      {
        file: machine('step'),
        find: "import { Turn } from './turn.ts';",
        replace: "import { freeOutgoing } from './reserve.ts';\nimport { Turn } from './turn.ts';",
      },
    ],
  },
  {
    name: 'rule 4: an intermediary acts on CANCEL',
    patches: [
      {
        file: machine('cancel'),
        find: "  if (known?.state === 'prepared') sendCancel(turn, known);\n",
        replace:
          "  if (known?.state === 'prepared') {\n    sendCancel(turn, known);\n    freeOutgoing(turn, known);\n    abortPosition(turn, { ...known, state: 'held' }, refuse('cancelled', {}));\n  }\n",
      },
      {
        file: machine('cancel'),
        find: "import { mayHaveSigned } from './restored.ts';",
        replace: "import { freeOutgoing } from './reserve.ts';\nimport { mayHaveSigned } from './restored.ts';",
      },
    ],
  },
  {
    name: 'rule 4(a) read as any signature of this transaction: a refusal on one route releases the other',
    seeds: '730..740',
    patches: [
      {
        file: machine('prepare'),
        find: "    abortPosition(turn, { ...base, state: 'none' }, refusal);\n",
        replace:
          "      abortPosition(turn, { ...base, state: 'none' }, refusal);\n      for (const other of turn.positions(txId)) {\n        if (other.state !== 'prepared' || other.position === 0) continue;\n        freeOutgoing(turn, other);\n        abortPosition(turn, { ...other, state: 'held' }, refusal);\n      }\n",
      },
      {
        file: machine('prepare'),
        find: 'import { holdIncoming,',
        replace: 'import { freeOutgoing, holdIncoming,',
      },
    ],
  },
  {
    name: 'rule 4: an ABORT does not bind route and position',
    patches: [
      {
        file: 'simulations/signatures.ts',
        find: '      hash = Math.imul(hash ^ (statement.routeIndex * 32 + statement.position + 1), 0x85ebca6b);\n',
        replace:
          "      if (statement.domain === 'geo/1/prepare') hash = Math.imul(hash ^ (statement.routeIndex * 32 + statement.position + 1), 0x85ebca6b);\n",
      },
    ],
  },
  {
    name: 'rule 4: a prepare signature does not bind route and position',
    seeds: '930..940',
    patches: [
      {
        file: 'simulations/signatures.ts',
        find: '      hash = Math.imul(hash ^ (statement.routeIndex * 32 + statement.position + 1), 0x85ebca6b);\n',
        replace:
          "      if (statement.domain === 'geo/1/abort') hash = Math.imul(hash ^ (statement.routeIndex * 32 + statement.position + 1), 0x85ebca6b);\n",
      },
    ],
  },
  {
    name: 'rule 5: a certificate is applied but not passed upstream',
    patches: [
      { file: machine('commit'), find: '  sendCommit(turn, committed, upstream);\n', replace: '' },
      { file: machine('resolve'), find: '      sendCommit(turn, position, upstreamOf(position));\n', replace: '' },
      { file: machine('outbox'), find: '      if (isUpstream) sendCommit(turn, position, neighbour);\n', replace: '' },
    ],
  },
  {
    name: 'rule 5: a certificate is applied again and again',
    patches: [
      {
        file: machine('commit'),
        find: "    case 'committed':\n      return;\n    case 'prepared':",
        replace: "    case 'committed':\n      countIncoming(turn, known, false);\n      return;\n    case 'prepared':",
      },
    ],
  },
  {
    name: 'rule 5: an incomplete certificate is applied',
    patches: [
      {
        file: 'protocol/certificate.ts',
        find: 'signatures.length === hopsOf(route)',
        replace: 'signatures.length <= hopsOf(route)',
      },
    ],
  },
  {
    name: 'rule 6: a late ABORT is passed upstream after applying',
    patches: [
      {
        file: machine('abort'),
        find: '  turn.savePosition({ ...known, waivedByDownstream: abort });\n  uncountOutgoing(turn, known);\n',
        replace:
          '  const passed = { ...abort, position: known.position, signer: turn.self };\n  turn.savePosition({ ...known, waivedByDownstream: abort, waivedByMe: upstreamOf(known) === null ? null : passed });\n  uncountOutgoing(turn, known);\n  uncountIncoming(turn, known);\n',
      },
    ],
  },
  {
    name: 'rule 6: a late ABORT is ignored',
    patches: [
      {
        file: machine('abort'),
        find: "  if (isDownstream && known.state === 'committed') undoByDownstream(turn, known, abort);\n",
        replace: '',
      },
    ],
  },
  {
    name: 'rule 7: the receiver commits before all routes are there',
    patches: [
      {
        file: machine('commit'),
        find: '  if (held.length < header.routeDigests.length || mayHaveSigned(turn, header)) return false;',
        replace: '  if (mayHaveSigned(turn, header)) return false;',
      },
      { file: machine('commit'), find: '  if (total !== header.total) {', replace: '  if (total > header.total) {' },
    ],
  },
  {
    name: 'rule 7: the sum of the routes is not checked',
    patches: [
      { file: machine('commit'), find: '  if (total !== header.total) {', replace: '  if (total > header.total) {' },
    ],
  },
  {
    name: 'rule 7: the receiver lets a late route in and commits after expiry, having declined',
    patches: [
      { file: machine('commit'), find: '  if (turn.judgedNowMs > header.expiresAtMs) return false;\n', replace: '' },
      { file: machine('prepare'), find: "  if (leftMs < 0) return refuse('expired', {});\n", replace: '' },
      {
        file: machine('prepare'),
        find: '  if (leftMs < hopsLeft * HOP_BUDGET_MS)',
        replace: '  if (leftMs < hopsLeft * HOP_BUDGET_MS - 1e12)',
      },
    ],
  },
  {
    name: 'rule 7: the receiver never aborts what has expired',
    patches: [
      { file: machine('commit'), find: "    abortPosition(turn, position, refuse('expired', {}));\n", replace: '' },
    ],
  },
  {
    name: 'rule 8: a refusal is sent but not kept',
    patches: [
      {
        file: machine('abort'),
        find: '  turn.savePosition(aborted);\n  sendAbort(turn, abort, upstream);',
        replace: "  if (before.state !== 'none') turn.savePosition(aborted);\n  sendAbort(turn, abort, upstream);",
      },
    ],
  },
  {
    name: 'rule 9: an amount over what is available is accepted',
    patches: [
      {
        file: machine('reserve'),
        find: '  const available = availableIn(account);\n',
        replace: '  const available = availableIn(account) + hop.amount;\n',
      },
    ],
  },
  {
    name: 'rule 9: a reservation of the other direction adds capacity',
    patches: [
      {
        file: 'protocol/account.ts',
        find: 'account.limitGiven - account.balance - account.reservedIn)',
        replace: 'account.limitGiven - account.balance - account.reservedIn + account.reservedOut)',
      },
    ],
  },
  {
    name: 'rule 10: a restored node aborts what it may have signed',
    patches: [
      {
        file: machine('restored'),
        find: 'return restoredAtMs !== null && header.createdAtMs <= restoredAtMs + MAX_CLOCK_SKEW_MS;',
        replace: 'return restoredAtMs !== null && header.createdAtMs > restoredAtMs + 1e9 * MAX_CLOCK_SKEW_MS;',
      },
    ],
  },
  {
    name: 'rule 10: a restored node signs again what it may have aborted',
    patches: [
      {
        file: machine('prepare'),
        find: '  if (mayHaveSigned(turn, header)) {\n    if (!isSettledBetween(turn, packet, position)) adopt(turn, packet, position);\n    return;\n  }\n  if (mustWait(turn, packet, position)) return;\n  const refusal = lieIn(turn, packet) ?? whyNot(turn, packet, position);',
        replace: '  const refusal = mayHaveSigned(turn, header) ? null : whyNot(turn, packet, position);',
      },
    ],
  },
  {
    name: 'rule 11: the receiver commits one payment id twice',
    patches: [
      {
        file: machine('prepare'),
        find: "  if (turn.records.paid(header.payer, header.paymentId) !== undefined) return refuse('already-paid', {});\n",
        replace: '',
      },
    ],
  },
  {
    name: '§4.5: RESOLVE does not carry the packet, so that one who never got it cannot answer',
    patches: [
      {
        file: machine('outbox'),
        find: '  else turn.send(to, { ...question, packet: { txId, header, route, signatures }, header: null, route: null });',
        replace:
          '  else if (signatures.length > 0) turn.send(to, { ...question, packet: null, header: null, route: null });',
      },
      {
        file: machine('outbox'),
        find: '      if (isDownstream) sendPrepare(turn, position);\n',
        replace: '      if (isDownstream) sendResolve(turn, position);\n',
      },
      {
        file: machine('resolve'),
        find: '        sendPrepare(turn, position);\n        callBackAgain(turn, position);\n',
        replace: '        askAround(turn, position, tries);\n        callBackAgain(turn, position);\n',
      },
    ],
  },
  {
    name: '§4.5: ABORT is not sent again',
    patches: [
      {
        file: machine('resolve'),
        find: '      if (!position.acked) sendAbort(turn, position.abort, upstreamOf(position));\n',
        replace: '',
      },
      {
        file: machine('outbox'),
        find: '      if (isUpstream) sendAbort(turn, position.abort, neighbour);\n',
        replace: '',
      },
    ],
  },
  {
    name: '§3.5: the larger key signs a checkpoint without comparing it with its own books',
    patches: [
      {
        file: machine('checkpoint'),
        find: '  return checkpointDigest({ ...own, smallerSeq, largerSeq }) === checkpointDigest(checkpoint);',
        replace: '  return own.epoch === checkpoint.epoch;',
      },
    ],
  },
  {
    name: '§3.5: the larger key signs while an older hop is undecided',
    patches: [
      {
        file: machine('checkpoint'),
        find: '  if (reservedHops(turn, account).some(({ createdAtMs }) => createdAtMs <= untilMs)) return false;\n',
        replace: '',
      },
    ],
  },
  {
    name: '§3.5: the smaller key proposes while something is undecided',
    patches: [{ file: machine('checkpoint'), find: ' && isQuiet(turn, account);', replace: ';' }],
  },
  {
    name: '§3.5: a packet older than the checkpoint is taken',
    patches: [
      {
        file: machine('reserve'),
        find: "  return createdAtMs <= account.refuseUntilMs ? refuse('too-old', { hop }) : null;",
        replace: "  return createdAtMs < 0 ? refuse('too-old', { hop }) : null;",
      },
    ],
  },
  {
    name: '§3.5: what a checkpoint has closed is counted once more',
    patches: [
      {
        file: machine('books'),
        find: '  if (isClosed(account, header)) {\n',
        replace: '  if (header.createdAtMs < 0) {\n',
      },
    ],
  },
  {
    name: '§3.5: adopting a checkpoint forgets what came after it',
    patches: [
      {
        file: machine('books'),
        find: 'for (const { delta } of countedSince(turn, account, checkpoint.untilMs).values()) balance += delta;',
        replace: '',
      },
    ],
  },
  {
    name: '§3.4: a balance changes without an entry',
    patches: [
      {
        file: machine('books'),
        find: '  turn.saveOnce(entry);\n',
        replace: '  if (delta > 0n) turn.saveOnce(entry);\n',
      },
    ],
  },
  {
    name: '§8.4: the time of a loss is forgotten once the owner has confirmed',
    seeds: '1900..1910',
    patches: [
      {
        file: machine('restored'),
        find: '  return restoredAtMs !== null && header',
        replace: '  return turn.node.isFrozen && restoredAtMs !== null && header',
      },
    ],
  },
  {
    name: '§8.4: a neighbour that is asked leaves out what counts',
    patches: [
      {
        file: machine('recover'),
        find: '    sendHops(turn, account);\n',
        replace: '',
      },
      {
        file: machine('summary'),
        find: '  if (!sameHops || !sameOpen) sendHops(turn, account);\n  else compared',
        replace: '  compared',
      },
    ],
  },
  {
    name: '§8.8: what was signed before the start is answered before books are compared',
    seeds: '642..652',
    patches: [
      {
        file: machine('prepare'),
        find: '  if (!isBeforeStart(turn, header) && !isFuture) return false;\n',
        replace: '  if (header.createdAtMs > 0) return false;\n',
      },
    ],
  },
];
