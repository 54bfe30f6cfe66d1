/** How tools of the same user find the running node: two files in its data folder, readable by that user only. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { writePrivateFile } from '../private-file.ts';

/** Where the API is, and the process that serves it. */
const API_FILE = 'api.json';
const apiFile = z.object({ url: z.url(), pid: z.int(), instance: z.string() });

/** The bearer token of this start, with all rights. */
const COOKIE_FILE = 'api.cookie';

/** What `api.json` says. */
export type ApiAddress = z.infer<typeof apiFile>;

/** Address and cookie of the node that runs on this folder; `node-unreachable` when none does. */
export async function readApiFiles(folder: string): Promise<ApiAddress & { readonly cookie: string }> {
  try {
    const address = apiFile.parse(JSON.parse(await readFile(join(folder, API_FILE), 'utf8')));
    const cookie = (await readFile(join(folder, COOKIE_FILE), 'utf8')).trim();
    return { ...address, cookie };
  } catch (cause) {
    throw new Failure('node-unreachable', `No node runs on the folder ${folder}.`, {
      cause,
      hint: 'Start it with `geo start`.',
    });
  }
}

/** Tells the tools where this node is. The cookie first: whoever finds the address finds the cookie too. */
export async function writeApiFiles(folder: string, address: ApiAddress, cookie: string): Promise<void> {
  await writePrivateFile(join(folder, COOKIE_FILE), cookie);
  await writePrivateFile(join(folder, API_FILE), JSON.stringify(address));
}

/** The node no longer answers. */
export async function removeApiFiles(folder: string): Promise<void> {
  await rm(join(folder, API_FILE), { force: true });
  await rm(join(folder, COOKIE_FILE), { force: true });
}
