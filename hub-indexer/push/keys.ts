/** The key pair by which push services know the hub again (RFC 8292): made once, since browsers subscribe to it. */
import webPush from 'web-push';
import type { Store } from '#node/store/store.ts';
import type { AtRest } from '../members/sealed-documents.ts';

export interface PushKeys {
  /** On P-256, in base64url: what a browser is given. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const KIND = 'push-key';
const ID = 'vapid';

/** That of this hub, made at its first start and sealed. */
export async function openPushKeys(store: Pick<Store, 'documents'>, { seal, open }: AtRest): Promise<PushKeys> {
  const documents = store.documents<Uint8Array>(KIND);
  const kept = documents.get(ID);
  if (kept !== undefined) return open(kept, KIND) as PushKeys;
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  await documents.put(ID, seal({ publicKey, privateKey }, KIND));
  return { publicKey, privateKey };
}
