/**
 * Hosted participants in a simulated network (protocol §11.4): their host signs for them all but checkpoints, which they sign
 * when they look in. What a delegation bounds is not simulated: here the host never goes beyond it.
 */
import { Random } from './random.ts';
import type { Incident, Scenario } from './scenario.ts';

/** The same scenario with about half of the honest participants hosted: they look in where others propose checkpoints. */
export function withHosted(scenario: Scenario): Scenario {
  const random = new Random(scenario.seed, 9);
  const { malicious } = scenario.faults;
  const hosted = Array.from({ length: scenario.participants }, (_, index) => index).filter(
    (index) => !malicious.includes(index) && random.permille(500),
  );
  const changed = ({ atMs, incident }: Scenario['incidents'][number]): Scenario['incidents'][number] => {
    const isProposal = incident.type === 'command' && incident.command.type === 'propose-checkpoints';
    if (!isProposal || !hosted.includes(incident.participant)) return { atMs, incident };
    return { atMs, incident: { type: 'look-in', participant: incident.participant } satisfies Incident };
  };
  return { ...scenario, hosted, incidents: scenario.incidents.map(changed) };
}
