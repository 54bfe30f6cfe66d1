/** The first run in the desktop program, which starts the node as soon as there is an identity. */
import type { GeoBridge } from '../../../preload/bridge.ts';
import { resultOf } from '../program.ts';
import type { Maker } from './maker.ts';

/** What the program does. */
export function overBridge(program: GeoBridge): Maker {
  return {
    course: () => resultOf(program.getFirstRun()),
    make: (wishes) => resultOf(program.makeIdentity(wishes)),
    // The page of the node comes when it runs: the window follows that.
    start: async () => void (await resultOf(program.endFirstRun())),
    startsByItself: true,
  };
}
