/** What a number stands for in tests that count what was saved: one record that is new and one that is replaced. */
import { emptyAccount } from '#protocol/account.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { PaymentId, TxId } from '#protocol/packet.ts';
import type { DurableRecord } from '#protocol/records.ts';

const hex = (number: number) => number.toString(16).padStart(64, '0');

export function numbered(number: number): readonly [DurableRecord, DurableRecord] {
  const neighbour = hex(1) as PublicKey;
  return [
    { type: 'paid', payer: neighbour, paymentId: hex(number) as PaymentId, txId: hex(number) as TxId },
    { ...emptyAccount(neighbour, 'UAH'), balance: BigInt(number) },
  ];
}
