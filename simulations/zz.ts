import { makeScenario } from '#simulations/scenario.ts';
import { fastSignatures } from '#simulations/signatures.ts';
import { Simulation } from '#simulations/simulation.ts';

const sc = makeScenario(Number(process.argv[2]), (process.argv[5] ?? 'all') as never);
console.log(sc.faults, sc.participants, JSON.stringify(sc.incidents.filter((i) => i.incident.type === 'restore')));
const who = Number(process.argv[3]);
const log: string[] = [];

import { Participant } from './participant.ts';

const oh = Participant.prototype.handle;
Participant.prototype.handle = function (e) {
  const r = oh.call(this, e);
  if (this.index === who) {
    const j = (x: unknown) =>
      JSON.stringify(x, (k, v) =>
        typeof v === 'bigint'
          ? String(v)
          : v instanceof Uint8Array
            ? 'sig'
            : k === 'nodes'
              ? v.map((n: string) => n.slice(0, 4))
              : typeof v === 'string' && v.length > 20
                ? v.slice(0, 6)
                : k === 'header'
                  ? { kind: v.kind }
                  : v,
      );
    log.push(
      j(e).slice(0, 400) +
        '\n     => ' +
        r
          .filter((x) => x.type !== 'schedule')
          .map((x) =>
            x.type === 'save' && x.record.type === 'transaction'
              ? 'TX ' +
                x.record.txId.slice(0, 6) +
                x.record.positions
                  .map((p) => `[r${p.route.index} p${p.position} ${p.state} ${'ownRisk' in p ? p.ownRisk : ''}]`)
                  .join('')
              : x.type === 'save' && x.record.type === 'account'
                ? `ACC ${x.record.neighbour.slice(0, 4)} ${x.record.balance}/${x.record.reservedIn}/${x.record.reservedOut}`
                : x.type +
                  ' ' +
                  (x.type === 'send'
                    ? x.to.slice(0, 4) + ' ' + x.message.type
                    : x.type === 'notify'
                      ? x.notice.type
                      : ''),
          )
          .join('; '),
    );
  }
  return r;
};
const o = new Simulation(sc, { signatures: fastSignatures, throughBytes: false }).run();
console.log(log.slice(-Number(process.argv[4] ?? 12)).join('\n'));
console.log(o.violations);
