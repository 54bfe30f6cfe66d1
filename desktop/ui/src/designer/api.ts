/** How the page speaks with the process that serves it: one file is read and saved. */
import type { DesignFile, DesignTrouble } from '#simulations/design/contract.ts';

const KEY = 'geo-design-key';
const SESSION_PATH = '/design/session' satisfies typeof import('#simulations/design/contract.ts').SESSION_PATH;
const FILE_PATH = '/design/file' satisfies typeof import('#simulations/design/contract.ts').FILE_PATH;
const READ_PATH = '/design/read' satisfies typeof import('#simulations/design/contract.ts').READ_PATH;
const KEY_HEADER = 'x-geo-key' satisfies typeof import('#simulations/design/contract.ts').KEY_HEADER;
const CLOSED = 401;

/** What was answered instead; `isClosed`: the page has no right to ask, or nobody is there. */
export class AskError extends Error {
  readonly isClosed: boolean;

  constructor(message: string, isClosed: boolean) {
    super(message);
    this.isClosed = isClosed;
  }
}

/** Exchanges the secret of the link for the right to use the page; a reload keeps it. Throws `AskError`. */
export async function openSession(secret: string): Promise<void> {
  const { key } = await send<{ key: string }>('POST', SESSION_PATH, { secret });
  sessionStorage.setItem(KEY, key);
}

/** The file that was named. Throws `AskError`. */
export function loadFile(): Promise<DesignFile> {
  return send('GET', FILE_PATH, null);
}

/** Saves it. Throws `AskError`, with words on what cannot be run. */
export function saveFile(study: NonNullable<DesignFile['raw']>): Promise<DesignFile> {
  return send('PUT', FILE_PATH, { study });
}

/** What another file's text is. Throws `AskError`. */
export function readText(text: string): Promise<DesignFile> {
  return send('POST', READ_PATH, { text });
}

async function send<T>(method: string, path: string, body: object | null): Promise<T> {
  const headers: Record<string, string> = { [KEY_HEADER]: sessionStorage.getItem(KEY) ?? '' };
  const init: RequestInit = { method, headers };
  if (body !== null) init.body = JSON.stringify(body);
  const response = await fetch(path, init).catch(() => null);
  if (response === null) throw new AskError('', true);
  const answer = (await response.json()) as T | DesignTrouble;
  if (response.ok) return answer as T;
  throw new AskError((answer as DesignTrouble).error, response.status === CLOSED);
}
