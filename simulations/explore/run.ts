/**
 * `npm run explore`: tries everything that can happen in small networks (scenarios.ts), with every set of malicious
 * participants, until there is nothing new.
 *
 * A line for each scenario, then `scenarios=N states=N exhausted=true|false violations=N`; rates go to standard error.
 * Exit 0 when everything was tried and nothing is broken, 1 otherwise, 3 for a wrong call.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { explore } from './explore.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { nameOf } from './trace.ts';

const USAGE = `Usage: npm run explore [-- --scenario NAME] [--max-minutes 10]

  --scenario NAME   only this one: ${SCENARIOS.map(({ name }) => name).join(', ')}
  --max-minutes N   stop after so many minutes, with exhausted=false (default 10)`;

interface Call {
  readonly scenarios: readonly Scenario[];
  readonly maxMinutes: number;
}

function readCall(): Call | string {
  try {
    const { values } = parseArgs({
      options: {
        scenario: { type: 'string' },
        'max-minutes': { type: 'string', default: '10' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return USAGE;
    const scenarios = SCENARIOS.filter(({ name }) => values.scenario === undefined || name === values.scenario);
    if (scenarios.length === 0) return `--scenario is "${values.scenario}": there is none of that name.\n\n${USAGE}`;
    const maxMinutes = Number(values['max-minutes']);
    if (!(maxMinutes > 0 && maxMinutes <= 10_000))
      return `--max-minutes is "${values['max-minutes']}": write a number of minutes.\n\n${USAGE}`;
    return { scenarios, maxMinutes };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

interface Sums {
  states: number;
  moves: number;
  rests: number;
  violations: number;
  isExhausted: boolean;
}

function runScenario(scenario: Scenario, isOver: () => boolean): Sums {
  const sums: Sums = { states: 0, moves: 0, rests: 0, violations: 0, isExhausted: true };
  for (const malicious of scenario.malicious) {
    const { states, moves, rests, isExhausted, violation } = explore(scenario, malicious, isOver);
    sums.states += states;
    sums.moves += moves;
    sums.rests += rests;
    sums.isExhausted &&= isExhausted;
    if (violation === null) continue;
    sums.violations++;
    const who = malicious.length === 0 ? 'nobody' : malicious.map((index) => nameOf(index, malicious)).join(' and ');
    console.log(
      `${scenario.name}, malicious: ${who}: ${violation.invariant} at ${nameOf(violation.participant, malicious)}: ${violation.what}`,
    );
    for (const line of violation.trace) console.log(`  ${line}`);
  }
  return sums;
}

function boundsOf({ participants, orders, malicious, restorable, letsGo }: Scenario): string {
  const packets = orders.filter(({ command }) => command.type === 'pay' || command.type === 'clear').length;
  const names = (indexes: readonly number[]) => indexes.map((index) => nameOf(index, [])).join('') || 'none';
  return [
    `participants=${participants} packets=${packets} other-commands=${orders.length - packets}`,
    `malicious-sets=${malicious.length} crashes=any loss=any copies=any order=any clocks=any restored=${names(restorable)} let-go=${names(letsGo)}`,
  ].join(' ');
}

function run({ scenarios, maxMinutes }: Call): number {
  const began = performance.now();
  const isOver = () => performance.now() - began > maxMinutes * 60_000;
  let states = 0;
  let violations = 0;
  let isExhausted = true;
  for (const scenario of scenarios) {
    const startedMs = performance.now();
    const sums = runScenario(scenario, isOver);
    states += sums.states;
    violations += sums.violations;
    isExhausted &&= sums.isExhausted;
    console.log(`${scenario.name}: ${scenario.what}`);
    console.log(`  ${boundsOf(scenario)}`);
    console.log(
      `  states=${sums.states} moves=${sums.moves} rests=${sums.rests} exhausted=${sums.isExhausted} violations=${sums.violations}`,
    );
    console.error(`  ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  }
  console.log(`scenarios=${scenarios.length} states=${states} exhausted=${isExhausted} violations=${violations}`);
  return isExhausted && violations === 0 ? 0 : 1;
}

const call = readCall();
if (typeof call === 'string') {
  console.error(call);
  process.exitCode = call === USAGE ? 0 : 3;
} else {
  process.exitCode = run(call);
}
