/** How a run of an explored network is told: one line for each move, `A ---prepare(route 0)--> B`. */
import type { MessageItem } from './items.ts';
import type { Move } from './moves.ts';
import { LATE } from './nodes.ts';

const LETTERS = 'ABCDEFGH';

/** A participant's letter; a malicious one has a star. */
export function nameOf(index: number, malicious: readonly number[]): string {
  return `${LETTERS[index] ?? 'the network'}${malicious.includes(index) ? '*' : ''}`;
}

/** A move as a line. Answers and repeats that change nobody's disk are not told. */
export function describeMove({ participant, occasion, crashed }: Move, malicious: readonly number[]): string {
  const self = nameOf(participant, malicious);
  const end = crashed ? `, and ${self} crashes before it is done` : '';
  switch (occasion.type) {
    case 'message': {
      const { item, clock } = occasion;
      const late = clock === LATE ? ` (after expiry by the clock of ${self})` : '';
      return `${nameOf(item.from, malicious)} ---${labelOf(item)}--> ${self}${late}${end}`;
    }
    case 'timer':
      return `${self}: a timer fires${occasion.clock === LATE ? ' after expiry' : ''}${end}`;
    case 'order':
      return `${self}: is told to begin${end}`;
    case 'let-go':
      return `${self}: lets go at own risk${end}`;
    case 'restore':
      return `${self}: is restored from the old backup`;
  }
}

/** What changes a participant once faults have stopped, as a line. */
export function describeHealing(participant: number, item: MessageItem | null): string {
  const self = nameOf(participant, []);
  return item === null ? `${self}: a timer fires` : `${nameOf(item.from, [])} ---${labelOf(item)}--> ${self}`;
}

function labelOf({ message }: MessageItem): string {
  if (message.type === 'prepare') return `prepare(route ${message.packet.route.index})`;
  if (message.type === 'commit') return `commit(route ${message.certificate.route.index})`;
  if (message.type === 'abort') return `abort(route ${message.routeIndex} position ${message.position})`;
  if (message.type === 'ack') return `ack(${message.of} route ${message.routeIndex} position ${message.position})`;
  if (message.type === 'resolve') return message.packet === null ? 'resolve' : 'resolve(with packet)';
  return message.type;
}
