/** Where the verbs that export get the ledger: from the running node, or from the folder of one that is stopped. */
import type { PublicKey } from '#protocol/identity.ts';
import type { TxId } from '#protocol/packet.ts';
import type { Client } from '../api/client.ts';
import type { Contact } from '../contacts.ts';
import type { BookNotes } from '../export/books.ts';
import { Failure } from '../failure.ts';
import type { Store } from '../store/store.ts';
import type { Cli } from './cli.ts';
import { passphraseSource } from './passphrase.ts';

export interface LedgerSource {
  /** The ledger as a file. To be read once. */
  bytes(): Promise<AsyncIterable<Uint8Array>>;
  /** Names of people and texts of memos. A memo is opened with the seed, which may need a passphrase. */
  notes(passphraseFile: string | undefined): Promise<BookNotes>;
}

/** Transactions asked for at once. */
const HISTORY_PAGE = 1_000;

/** Lets `use` work on the ledger of the data folder. Throws what the store or the node says is wrong. */
export async function withLedger<T>(cli: Cli, use: (source: LedgerSource) => Promise<T>): Promise<T> {
  const client = await runningNode(cli);
  if (client !== null) return use(ofNode(client));
  const { openStore } = await import('../store/store.ts');
  const { readPublicIdentity } = await import('../identity/key-file.ts');
  const folder = await cli.folder();
  // First, so that no folder is made where there is none.
  const { publicKey } = await readPublicIdentity(folder);
  const { network } = await cli.config();
  const store = await openStore(folder);
  try {
    return await use(ofStore(cli, store, { folder, participant: publicKey, network }));
  } finally {
    await store.close();
  }
}

/** The node of the data folder, or null when it does not run. */
export async function runningNode(cli: Cli): Promise<Client | null> {
  const client = await cli.client().catch(nobodyThere);
  return client !== null && (await client.getStatus().catch(nobodyThere)) !== null ? client : null;
}

function nobodyThere(error: unknown): null {
  if (error instanceof Failure && error.code === 'node-unreachable') return null;
  throw error;
}

function ofNode(client: Client): LedgerSource {
  return {
    bytes: () => client.openLedger(),
    async notes() {
      const { contacts } = await client.listContacts();
      const names = new Map(contacts.map(({ publicKey, name }) => [publicKey, name]));
      const memos = await memosOf(client);
      return {
        nameOf: (key) => names.get(key) ?? null,
        memoOf: ({ txId }) => memos.get(txId) ?? null,
      };
    },
  };
}

/** What the node can open: memos of payments received. */
async function memosOf(client: Client): Promise<Map<TxId, string>> {
  const memos = new Map<TxId, string>();
  let before: string | undefined;
  do {
    const page = await client.getHistory({ limit: HISTORY_PAGE, ...(before !== undefined && { before }) });
    for (const { txId, memo } of page.entries) if (txId !== null && memo !== null) memos.set(txId as TxId, memo);
    before = page.next ?? undefined;
  } while (before !== undefined);
  return memos;
}

function ofStore(
  cli: Cli,
  store: Store,
  { folder, participant, network }: { folder: string; participant: PublicKey; network: string },
): LedgerSource {
  return {
    async bytes() {
      const { exportLedger } = await import('../export/write.ts');
      const node = store.read('node');
      const restoredAtMs = node?.type === 'node' ? node.restoredAtMs : null;
      return encoded(exportLedger(store, { participant, network, nowMs: Date.now(), restoredAtMs }));
    },
    async notes(passphraseFile) {
      const { readKeyFile } = await import('../identity/key-file.ts');
      const { openMemo } = await import('#protocol/memo.ts');
      const { seed } = await readKeyFile(folder, passphraseSource(cli, passphraseFile));
      const names = new Map<PublicKey, string | null>();
      for await (const [, contact] of store.documents<Contact>('contact').entries()) {
        names.set(contact.publicKey, contact.alias ?? contact.cardName);
      }
      return {
        nameOf: (key) => names.get(key) ?? null,
        memoOf: ({ header: { receiver, sealedMemo } }) =>
          sealedMemo === null || receiver !== participant ? null : openMemo(sealedMemo, seed),
      };
    },
  };
}

async function* encoded(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(line);
}
