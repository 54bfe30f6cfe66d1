/** What tells a watcher whether the hub runs, and whether it does all that it should. */
import type { FastifyInstance } from 'fastify';

export interface Health {
  /** Does the index say what the node's map says? */
  readonly isIndexReady: () => boolean;
  /** Are members served, their books compared? Null: the hub hosts none. */
  readonly areMembersServed: () => boolean | null;
}

/** `/healthz`: the process runs; `/readyz`: it is of use. Answered however often somebody asks. */
export function addHealth(app: FastifyInstance, { isIndexReady, areMembersServed }: Health): void {
  const unlimited = { schema: { hide: true }, config: { isUnlimited: true } };
  app.get('/healthz', unlimited, () => ({ ok: true }));
  app.get('/readyz', unlimited, (_request, reply) => {
    const [index, members] = [isIndexReady(), areMembersServed()];
    const ready = index && members !== false;
    return reply.status(ready ? 200 : 503).send({ ready, index, members });
  });
}
