/** Puts together what hosts members and what serves them. */

import type { Registry } from 'prom-client';
import type { ParticipantContext } from '#node/api/context.ts';
import type { HostingNode } from '#node/hosting.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import type { MembersSettings } from '../hub.ts';
import { openIntegrity } from '../integrity/integrity.ts';
import { Desk } from '../web/desk.ts';
import { addEvents, addLedger } from '../web/events.ts';
import { addHostedRoutes } from '../web/hosted-routes.ts';
import { Invitations } from '../web/invitations.ts';
import { addNodeOperations } from '../web/operations.ts';
import { type MembersServer, startMembersWeb } from '../web/server.ts';
import type { HostedMember } from './hosted-member.ts';
import { MemberHosting } from './hosting.ts';
import { Profiles } from './profiles.ts';
import { atRest } from './sealed-documents.ts';

/** What is left of somebody whom the hub has forgotten: that the key was used here, so that no old request counts again. */
const FORGOTTEN = { status: 'left', name: '–', contact: null } as const;

interface Opened {
  readonly node: HostingNode;
  readonly hosting: MemberHosting;
  readonly profiles: Profiles;
  readonly invitations: Invitations;
}

export class MemberDesk {
  readonly #settings: MembersSettings;
  readonly #isBehindProxy: boolean;
  /** Where figures are counted. */
  readonly #registry: () => Registry;
  #opened: Opened | null = null;

  constructor(settings: MembersSettings, isBehindProxy: boolean, registry: () => Registry) {
    this.#registry = registry;
    this.#settings = settings;
    this.#isBehindProxy = isBehindProxy;
  }

  /** Starts the machines of all members. */
  async open(node: HostingNode): Promise<MemberHosting> {
    const profiles = await Profiles.open(node.store, atRest(node.secret));
    const invitations = await Invitations.open(node.store);
    const hosted = new Map<PublicKey, Records>();
    const { store, clock, log, verify } = node;
    const integrity = await openIntegrity(
      {
        ...{ hosted, store, clock, log, verify },
        onViolation: (violation) => log.error({ violation }, 'accounts of members are broken: they are blocked'),
      },
      this.#registry(),
    );
    const { blocked, keeper } = integrity;
    const hosting = await MemberHosting.open(node, profiles, {
      hosted,
      isBlocked: (participant, neighbour, equivalent) => blocked.isBlocked(participant, neighbour, equivalent),
      stop: () => keeper.stop(),
    });
    keeper.start();
    this.#opened = { node, hosting, profiles, invitations };
    return hosting;
  }

  /** Serves them, once the node is up. Throws a Failure when it cannot listen there. */
  async serve(): Promise<MembersServer> {
    if (this.#opened === null) throw new Error('bug: members are served before they are hosted');
    const { node, hosting, profiles, invitations } = this.#opened;
    const { admission, host, port } = this.#settings;
    const { store, clock, verify, log, config } = node;
    const members = new Desk({ profiles, invitations, hosting, admission, clock });
    const memberOf = (publicKey: PublicKey): HostedMember => {
      const member = hosting.member(publicKey);
      if (member === undefined) throw new Error('bug: an active member is not hosted');
      return member;
    };
    return startMembersWeb(
      {
        ...{ members, store, hub: node.publicKey, network: config.network, clock, verify, log },
        ...{ host, port, isBehindProxy: this.#isBehindProxy },
      },
      (scope, web) => {
        const contextOf = (publicKey: PublicKey): ParticipantContext => memberOf(publicKey).context;
        addNodeOperations(scope, contextOf);
        addEvents(scope, web, contextOf);
        addLedger(scope, contextOf);
        const card = { publicKey: node.publicKey, network: config.network, admission };
        addHostedRoutes(scope, memberOf, () => ({ ...card, nowMs: clock.nowMs() }), {
          nameOf: (publicKey) => (hosting.has(publicKey) ? (profiles.get(publicKey)?.name ?? null) : null),
          async end(publicKey) {
            // First on disk: whatever is cut short after that, it does not start here again.
            await profiles.change(publicKey, (now) => now && { ...now, status: 'left', statusAtMs: clock.nowMs() });
            await hosting.release(publicKey);
          },
          async forget(publicKey) {
            await hosting.release(publicKey);
            await profiles.change(
              publicKey,
              (now) => now && { ...now, ...FORGOTTEN, invitedBy: null, invitation: null, statusAtMs: clock.nowMs() },
            );
            await node.store.erase(publicKey);
            await web.sessions.endAll(publicKey);
          },
        });
      },
    );
  }
}
