/**
 * Ports that nobody chose. A node listens on the usual ones; where another program has them already (a second node on
 * this machine, say) it takes any free one rather than not start. Ports that somebody did choose are kept as they are.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config, USUAL_API_PORT, USUAL_LISTEN } from './config.ts';
import type { Log } from './log.ts';

/** The config with port 0 (any free one) in place of each usual port that is taken. */
export async function withFreePorts(config: Config, log: Log): Promise<Config> {
  const usual = /^\/ip4\/([\d.]+)\/tcp\/(\d+)$/.exec(USUAL_LISTEN);
  const [, host = '', port = ''] = usual ?? [];
  const isUsual = config.listen.length === 1 && config.listen[0] === USUAL_LISTEN;
  let { listen, apiPort } = config;
  if (isUsual && !(await isFree(host, Number(port)))) {
    listen = [`/ip4/${host}/tcp/0`];
    log.warn({ port: Number(port) }, 'the usual port for neighbours is taken: any free one is used');
  }
  if (apiPort === USUAL_API_PORT && !(await isFree(config.apiHost, apiPort))) {
    apiPort = 0;
    log.warn({ port: USUAL_API_PORT }, 'the usual port for programs is taken: any free one is used');
  }
  return { ...config, listen, apiPort };
}

/** Could a program listen there now? */
export async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
