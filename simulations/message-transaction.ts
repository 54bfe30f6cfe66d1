/** Which transaction a message is about. */
import type { Message } from '#protocol/link.ts';
import type { TxId } from '#protocol/packet.ts';

/** Null when it is about none. */
export function txIdIn(message: Message): TxId | null {
  if ('txId' in message) return message.txId;
  if ('packet' in message && message.packet !== null) return message.packet.txId;
  return 'certificate' in message ? message.certificate.txId : null;
}
