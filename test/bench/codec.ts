/** PREPARE as bytes, both ways, against the CBOR library alone. */
import { decode, encode } from 'cborg';
import { decodeMessage, encodeMessage, type Prepare } from '#protocol/link.ts';
import { committed, person } from '#test/support/people.ts';
import { type Bench, rate } from './figure.ts';
import { rates } from './loop.ts';

const ENCODE = 'codec encode PREPARE';
const DECODE = 'codec decode PREPARE';

/** PREPARE as p2 sends it to p3. */
function prepare(): Prepare {
  const { txId, header, route, signatures } = committed([1, 2, 3, 4].map(person));
  return { type: 'prepare', packet: { txId, header, route, signatures } };
}

export const codec: Bench = {
  word: 'codec',
  names: [ENCODE, DECODE],
  async run() {
    const message = prepare();
    const frame = encodeMessage(message);
    const tree: unknown = decode(frame);
    const [encodes, floorEncodes, decodes, floorDecodes] = await rates([
      () => void encodeMessage(message),
      () => void encode(tree),
      () => void decodeMessage(frame),
      () => void decode(frame),
    ]);
    return [rate(ENCODE, 'messages/s', encodes, floorEncodes), rate(DECODE, 'messages/s', decodes, floorDecodes)];
  },
};
