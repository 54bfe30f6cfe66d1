/** The address book of a node, over its store. */
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { Verify } from '#protocol/statement.ts';
import { type Contact, Contacts } from './contacts.ts';
import type { Store } from './store/store.ts';

/** Reads it; `changed` is called after each change. */
export function openContacts(
  store: Store,
  of: { self: PublicKey; network: string; verify: Verify; records: Records; changed: () => void },
): Promise<Contacts> {
  const { self, network, verify, records, changed } = of;
  const documents = store.documents<Contact>('contact');
  return Contacts.open({
    self,
    network,
    verify,
    documents: {
      ...documents,
      put: async (id, contact) => documents.put(id, contact).then(changed),
      delete: async (id) => documents.delete(id).then(changed),
    },
    *strangers() {
      yield* records.neighbours();
      for (const { announcement } of records.topology.all()) {
        yield announcement.from;
        yield announcement.to;
      }
    },
  });
}
