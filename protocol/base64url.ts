/** Bytes as text in links and requests: base64url without padding (RFC 4648 §5). */
import { base64urlnopad } from '@scure/base';

export function toBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** The bytes that the text stands for; throws where it is no canonical base64url. */
export function fromBase64url(text: string): Uint8Array {
  return base64urlnopad.decode(text);
}
