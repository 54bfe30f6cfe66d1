/** Events a second of the simulator on one core, against its agenda and trace with nothing between them. */
import type { Effect, Event } from '#protocol/event.ts';
import { Agenda } from '#simulations/agenda.ts';
import { EPOCH_MS, makeScenario } from '#simulations/scenario.ts';
import { fastSignatures } from '#simulations/signatures.ts';
import { Simulation } from '#simulations/simulation.ts';
import { Trace } from '#simulations/trace.ts';
import { committed, person } from '#test/support/people.ts';
import { type Bench, rate } from './figure.ts';
import { rates } from './loop.ts';

const EVENTS = 'simulator events';
const SEEDS = 100;
/** What a simulated network usually has ahead of it. */
const AHEAD = 64;

function runSeeds(): { events: number; seconds: number } {
  const began = performance.now();
  let events = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const simulation = new Simulation(makeScenario(seed, 'all'), { signatures: fastSignatures, throughBytes: false });
    events += simulation.run().events;
  }
  return { events, seconds: (performance.now() - began) / 1_000 };
}

/** One event in and out of the agenda and into the trace, with the effects of a message passed on. */
function emptyStep(): () => void {
  const certificate = committed([1, 2, 3].map(person));
  const { txId, header, route, signatures } = certificate;
  const from = header.payer;
  const event: Event = { type: 'message', from, message: { type: 'commit', certificate }, nowMs: EPOCH_MS };
  const position = { type: 'position', txId, position: 1, header, route, state: 'prepared', signatures } as const;
  const effects: Effect[] = [
    { type: 'save', record: { type: 'transaction', txId, positions: [{ ...position, isAdopted: false }] } },
    { type: 'send', to: from, message: { type: 'commit', certificate } },
  ];
  const agenda = new Agenda<Event>();
  const trace = new Trace();
  for (let ahead = 0; ahead < AHEAD; ahead++) agenda.add(ahead, event);
  return () => {
    agenda.add(agenda.nextMs + AHEAD, event);
    trace.step(1, agenda.take() ?? event, effects);
  };
}

export const simulator: Bench = {
  word: 'simulator',
  names: [EVENTS],
  async run() {
    runSeeds();
    const { events, seconds } = runSeeds();
    const [floor] = await rates([emptyStep()]);
    return [rate(EVENTS, 'events/s', events / seconds, floor)];
  },
};
