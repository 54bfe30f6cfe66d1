/**
 * Networks of CLoTH, a simulator of Lightning: `edges.csv` says what each end of a channel can pay the other,
 * `channels.csv` only what both have together, so each gets half of it. Amounts are millisatoshi; a satoshi is one unit.
 *
 * A channel is an account where nobody owes anything: who has 300 of the channel can pay 300, so the other trusts it so far.
 */
import { BadFile, type Line } from './lines.ts';
import { amountIn, nameIn, type Reader } from './reader.ts';

const UNITS_PER_MILLISATOSHI = 0.001;

/** Where the columns are that matter; further ones are let be. */
export interface ClothColumns {
  /** Of an edge: who pays, who is paid, how much; of a channel: both ends, and how much both have. */
  readonly from: number;
  readonly to: number;
  readonly amount: number;
  readonly isChannel: boolean;
  readonly count: number;
}

/** Whether a line is the head of a file of CLoTH, be it the wrong one. */
export function isClothHead({ fields }: Line): boolean {
  return fields.includes('from_node_id') || fields.includes('node1_id') || (fields.length === 1 && fields[0] === 'id');
}

/** The columns that a head names. Throws `BadFile`. */
export function clothColumns({ path }: Reader, { number, fields }: Line): ClothColumns {
  const isChannel = fields.includes('node1_id');
  const names = isChannel ? ['node1_id', 'node2_id', 'capacity'] : ['from_node_id', 'to_node_id', 'balance'];
  const [from, to, amount] = names.map((name) => fields.indexOf(name)) as [number, number, number];
  if (from >= 0 && to >= 0 && amount >= 0) return { from, to, amount, isChannel, count: fields.length };
  throw new BadFile(
    path,
    number,
    'is no head of edges.csv (from_node_id, to_node_id, balance, …) or channels.csv (node1_id, node2_id, capacity, …) of CLoTH: give one of these two files',
  );
}

/** One edge or channel. Several of the same two add up. Throws `BadFile`. */
export function readChannel(reader: Reader, columns: ClothColumns, { number, fields }: Line): void {
  if (fields.length !== columns.count) {
    throw new BadFile(reader.path, number, `has ${fields.length} fields, the head has ${columns.count}`);
  }
  const { builder } = reader;
  const from = builder.node(nameIn(reader, number, fields[columns.from], 'the first participant'));
  const to = builder.node(nameIn(reader, number, fields[columns.to], 'the second participant'));
  const what = columns.isChannel ? 'the capacity' : 'the balance';
  const amount = amountIn(reader, number, fields[columns.amount], what, UNITS_PER_MILLISATOSHI);
  if (columns.isChannel) builder.channel(from, to, Math.floor(amount / 2), Math.ceil(amount / 2));
  else builder.channel(from, to, amount, 0);
}
