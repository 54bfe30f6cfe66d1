/** One request to a push service. */
import type { LookupAddress } from 'node:dns';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

interface Call {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  /** Where to: no name is looked up once more. */
  readonly addresses: readonly LookupAddress[];
  readonly signal: AbortSignal;
}

/** Posts it, follows nothing, and reads no more than the status that is answered. Rejects where nothing is. */
export function post({ url, headers, body, addresses, signal }: Call): Promise<number> {
  const lookup: LookupFunction = (_name, options, found) => {
    const [first] = addresses;
    if (options.all === true) found(null, [...addresses]);
    else found(null, first?.address ?? '', first?.family ?? 0);
  };
  const request = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, lookup, signal, agent: false }, (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    });
    call.on('error', reject);
    call.end(body);
  });
}
