/** Network addresses in signed documents: cards, invoices, participant records. */
import { list, text } from './codec.ts';
import { MAX_ADDRESS_BYTES, MAX_ADDRESSES } from './limits.ts';

/** Printable ASCII without spaces. Whether it can be dialled is the node's question. */
const ADDRESS_PATTERN = new RegExp(`^[\\x21-\\x7e]{1,${MAX_ADDRESS_BYTES}}$`);

export const addressesShape = list(text(MAX_ADDRESS_BYTES, ADDRESS_PATTERN), 0, MAX_ADDRESSES);
