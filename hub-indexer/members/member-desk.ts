/** Puts together what hosts members and what serves them. */

import type { Registry } from 'prom-client';
import type { HostingNode } from '#node/hosting.ts';
import { nodeEd25519 } from '#node/identity/ed25519.ts';
import type { PublicKey } from '#protocol/identity.ts';
import type { Records } from '#protocol/records.ts';
import { verifyWith } from '#protocol/statement.ts';
import type { MembersSettings } from '../hub.ts';
import { type Integrity, openIntegrity } from '../integrity/integrity.ts';
import { openPush } from '../push/push.ts';
import type { PushDesk } from '../push/push-desk.ts';
import type { WebContext } from '../web/context.ts';
import { Desk } from '../web/desk.ts';
import { addHostedParts } from '../web/hosted-parts.ts';
import { Invitations } from '../web/invitations.ts';
import type { Release } from '../web/move-routes.ts';
import { OperatorDoor } from '../web/operator.ts';
import { type MembersServer, startMembersWeb } from '../web/server.ts';
import { endingsOf } from './endings.ts';
import type { HostedMember, MembersNode } from './hosted-member.ts';
import { type Guard, MemberHosting } from './hosting.ts';
import { MemberRecords } from './member-records.ts';
import { measureMembers, type RequestCounts } from './metrics.ts';
import { Profiles } from './profiles.ts';
import { Retention } from './retention.ts';
import { atRest } from './sealed-documents.ts';
import { rememberVerdicts, rememberVerified } from './verdicts.ts';

interface Opened {
  readonly node: MembersNode;
  readonly hosting: MemberHosting;
  readonly profiles: Profiles;
  readonly invitations: Invitations;
  readonly push: PushDesk;
  readonly counts: RequestCounts;
  readonly integrity: Integrity;
  readonly records: MemberRecords;
}

export class MemberDesk {
  readonly #settings: MembersSettings;
  readonly #isBehindProxy: boolean;
  /** Where figures are counted. */
  readonly #registry: () => Registry;
  #opened: Opened | null = null;
  #web: MembersServer | null = null;

  constructor(settings: MembersSettings, isBehindProxy: boolean, registry: () => Registry) {
    this.#registry = registry;
    this.#settings = settings;
    this.#isBehindProxy = isBehindProxy;
  }

  /** Can members do all that they may? They cannot before their books are compared. */
  get isServing(): boolean {
    return this.#web !== null;
  }

  /** Starts the machines of all members. */
  async open(given: HostingNode): Promise<MemberHosting> {
    const node = { ...given, ...rememberVerified(verifyWith(rememberVerdicts(nodeEd25519))) };
    const sealing = atRest(node.secret);
    const invitations = await Invitations.open(node.store);
    const profiles = await Profiles.open(node.store, sealing, (invitation) => invitations.spend(invitation));
    const hosted = new Map<PublicKey, Records>();
    // What is checked there is old, and shall not push out what is needed now.
    const { store, clock, log, verify } = given;
    const integrity = await openIntegrity(
      {
        ...{ hosted, store, clock, log, verify },
        ...(this.#settings.checkEveryMs !== undefined && { intervalMs: this.#settings.checkEveryMs }),
        onViolation: (violation) => log.error({ violation }, 'accounts of members are broken: they are blocked'),
      },
      this.#registry(),
    );
    const { blocked, keeper } = integrity;
    const isMember = (publicKey: PublicKey): boolean => (profiles.get(publicKey)?.status ?? 'left') !== 'left';
    const parts = { store, atRest: sealing, isMember, clock, log };
    const push = await openPush(this.#settings.push ?? {}, parts, this.#registry());
    const guard: Guard = {
      hosted,
      isBlocked: (participant, neighbour, equivalent) => blocked.isBlocked(participant, neighbour, equivalent),
      stop: async () => void (await Promise.all([push.stop(), keeper.stop()])),
    };
    const hosting = await MemberHosting.open(node, profiles, guard, (member, notice) => push.told(member, notice));
    const records = await MemberRecords.open(store, {
      ...{ hub: given.publicKey, network: given.config.network, verify, clock, log, host: given.host, isMember },
    });
    keeper.start();
    const counts = measureMembers(this.#registry(), {
      hosted: () => hosting.size,
      sockets: () => this.#web?.sockets() ?? 0,
      areServed: () => this.isServing,
    });
    this.#opened = { node, hosting, profiles, invitations, push, counts, integrity, records };
    return hosting;
  }

  /** Serves them, once the node is up and their books are compared: before, each payment would be refused. Throws a Failure when it cannot listen there. */
  async serve(): Promise<MembersServer> {
    if (this.#opened === null) throw new Error('bug: members are served before they are hosted');
    const { node, hosting, profiles, invitations, push, counts, integrity, records } = this.#opened;
    const { admission, host, port } = this.#settings;
    await hosting.untilCompared();
    if (node.stopping.aborted) throw new Error('the node has stopped');
    const { store, clock, verify, log, config } = node;
    const members = new Desk({ profiles, invitations, hosting, admission, clock });
    const memberOf = (publicKey: PublicKey): HostedMember => {
      const member = hosting.member(publicKey);
      if (member === undefined) throw new Error('bug: an active member is not hosted');
      return member;
    };
    const door = new OperatorDoor(config.dataDir);
    let retention: Retention | null = null as Retention | null;
    const web = await startMembersWeb(
      {
        ...{ members, store, hub: node.publicKey, network: config.network, clock, verify, log },
        ...{ host, port, isBehindProxy: this.#isBehindProxy, counts, atRest: atRest(node.secret) },
      },
      (scope, context) => {
        const card = { publicKey: node.publicKey, network: config.network, admission };
        const release = this.#release(context);
        retention = this.#retention(context);
        addHostedParts(scope, context, {
          ...{ memberOf, release, push, records },
          findMember: (publicKey) => hosting.member(publicKey),
          card: () => ({ ...card, nowMs: clock.nowMs() }),
        });
        door.addRoutes(scope, context, integrity);
      },
    );
    await door.open(web.url);
    await retention?.start();
    this.#web = web;
    return {
      url: web.url,
      sockets: web.sockets,
      stop: async () => {
        this.#web = null;
        door.close();
        await retention?.stop();
        await web.stop();
      },
    };
  }

  /** Deletes what is left of members who have gone for long. */
  #retention({ sessions }: Pick<WebContext, 'sessions'>): Retention {
    const { node, profiles } = this.#opened as Opened;
    const { clock, store, log } = node;
    return new Retention({
      ...{ profiles, clock, log, keepMs: this.#settings.keepLeftMs },
      erase: (publicKey) => store.erase(publicKey),
      endSessions: (publicKey) => sessions.endAll(publicKey),
    });
  }

  /** How a member ends here. */
  #release({ sessions }: Pick<WebContext, 'sessions'>): Release {
    const { node, hosting, profiles, push, records } = this.#opened as Opened;
    const { clock, store } = node;
    return endingsOf({
      ...{ hosting, profiles, clock, store, push, records },
      endSessions: (publicKey) => sessions.endAll(publicKey),
    });
  }
}
