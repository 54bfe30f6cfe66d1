/** What is counted of members for the operator: how many there are and how they fare, and not who. */
import { Counter, Gauge, type Registry } from 'prom-client';

/** What is looked at whenever somebody looks at the figures. */
export interface MembersNow {
  readonly hosted: () => number;
  readonly sockets: () => number;
  readonly areServed: () => boolean;
}

export interface RequestCounts {
  /** A request was answered; `code`: what it was refused with, or empty. */
  answered(code: string): void;
}

export function measureMembers(registry: Registry, now: MembersNow): RequestCounts {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  gauge('geo_hub_members', 'Members who are hosted.', now.hosted);
  gauge('geo_hub_member_sockets', 'Open streams of events: pages of members that are open.', now.sockets);
  gauge('geo_hub_members_served', '1: members are served, their books compared; 0: not.', () =>
    Number(now.areServed()),
  );
  const requests = new Counter({
    ...{ name: 'geo_hub_member_requests_total', help: 'Requests of members that were answered.', registers },
  });
  const refusals = new Counter({
    name: 'geo_hub_member_refusals_total',
    help: 'Requests of members that were refused, by code; failed: for an error of the hub.',
    labelNames: ['code'],
    registers,
  });
  // From 0 on: the first one is an increase too.
  refusals.inc({ code: 'failed' }, 0);
  return {
    answered(code) {
      requests.inc();
      if (code !== '') refusals.inc({ code });
    },
  };
}
