/** A proxy on loopback, as stands before a hub: it says in a header whose each request is, and upgrades WebSockets. */
import { once } from 'node:events';
import { request as ask, createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

/** From where, and with what, everybody comes who asks through it. */
export interface Caller {
  readonly address: string;
  readonly userAgent: string;
}

/** The address of a proxy before `target`; it ends with the test. */
export async function startReverseProxy(target: string, { address, userAgent }: Caller): Promise<string> {
  const { hostname, port } = new URL(target);
  const marked = (headers: IncomingHttpHeaders) => ({
    ...headers,
    'x-forwarded-for': address,
    'user-agent': userAgent,
  });
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    const passed = ask({ hostname, port, method, path, headers: marked(headers) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.on('upgrade', ({ method, url, headers }, socket, head) => {
    const passed = connect(Number(port), hostname);
    const lines = Object.entries(marked(headers)).map(([name, value]) => `${name}: ${String(value)}`);
    passed.write(`${[`${method} ${url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    passed.write(head);
    socket.pipe(passed).pipe(socket);
    socket.on('error', () => passed.destroy());
    passed.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
