import { isIPv6 } from 'node:net';

/** Whose rate an address counts for: itself, or of IPv6 the network of 64 bits, in which one machine has all addresses. */
export function placeOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.split('%')[0]?.toLowerCase().split('::') ?? [];
  const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  return [...head, ...zeros, ...tail]
    .slice(0, 4)
    .map((word) => word.replace(/^0+(?=.)/, ''))
    .join(':');
}
