/** What can befall a participant that keeps to the protocol: its process, its disk, its links, its clock. */
import { EPOCH_MS } from '../scenario.ts';
import { UAH } from './plans.ts';
import type { Delivery, Letter } from './run.ts';
import type { Fault, Role, Scene } from './scene.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How long what is long lasts. */
const LONG_MS = 6 * HOUR_MS;
/** 2038-01-19: one more second than 31 bits hold. */
const END_OF_31_BITS_MS = 2 ** 31 * SECOND_MS;

function honest(name: string, befall: (scene: Scene, role: Role) => void): Fault {
  return {
    name,
    isLie: false,
    begin: (scene, role) => {
      befall(scene, role);
      scene.hasActed = true;
      return null;
    },
  };
}

const crash = (name: string, restartMs: number | null) =>
  honest(name, ({ run }, { index }) => run.crash(index, { disk: 'batch lost', restartMs }));

/** The neighbour on the route with whom something happens: the next one, or the one before if it is the last. */
function otherOf({ next, previous }: Role): number {
  return next ?? previous ?? 0;
}

function cut(name: string, ms: number): Fault {
  return honest(name, ({ run }, role) => {
    run.setLink(role.index, otherOf(role), false);
    run.after(ms, () => run.setLink(role.index, otherOf(role), true));
  });
}

function cutOff(name: string, ms: number): Fault {
  return honest(name, ({ run, setting }, { index }) => {
    const links = setting.plan.links.filter((link) => link.includes(index));
    run.setPartition(links, true);
    run.after(ms, () => run.setPartition(links, false));
  });
}

/** What happens to every message from and to a participant while its links seem fine. */
function messages(name: string, ms: number, delivery: (letter: Letter) => Delivery | null): Fault {
  return honest(name, (scene, { index }) => {
    scene.delivery = (letter) => (letter.from === index || letter.to === index ? delivery(letter) : null);
    scene.run.after(ms, () => {
      scene.delivery = () => null;
    });
  });
}

/** A clock that is wrong for 6 hours. */
function clock(name: string, errorMs: number, ms = LONG_MS): Fault {
  return honest(name, ({ run }, { index }) => {
    run.setClock(index, errorMs);
    run.after(ms, () => run.setClock(index, 0));
  });
}

function rewound(
  name: string,
  backup: 'old' | 'words only',
  isTold: boolean,
  whom: (role: Role) => readonly number[],
): Fault {
  return honest(name, ({ run }, role) => {
    for (const index of whom(role)) run.rewind(index, backup, isTold);
  });
}

export const FAULTS: readonly Fault[] = [
  crash('crashes, back after 2 s', 2 * SECOND_MS),
  crash('crashes, back after 6 h', LONG_MS),
  crash('gone for ever', null),
  rewound('an old backup is restored, and its owner says so', 'old', true, ({ index }) => [index]),
  rewound('an old backup is restored, and nobody tells it', 'old', false, ({ index }) => [index]),
  rewound('its disk is lost: restored from words only', 'words only', true, ({ index }) => [index]),
  rewound('both ends restored from old backups: it and its next one', 'old', true, (role) => [
    role.index,
    otherOf(role),
  ]),
  cut('its link to the next one is cut for 10 s', 10 * SECOND_MS),
  cut('its link to the next one is cut for 6 h', LONG_MS),
  cutOff('cut off from everybody for 6 h', LONG_MS),
  messages('all its messages are lost for 1 min', MINUTE_MS, () => 'lost'),
  messages('all its messages come twice', LONG_MS, () => 'twice'),
  messages('all its messages of 1 min come 5 min late', MINUTE_MS, () => 5 * MINUTE_MS),
  messages('its messages come out of order', LONG_MS, ({ number }) => ((number * 7) % 5) * 300),
  clock('its clock goes 5 min ahead', 5 * MINUTE_MS),
  clock('its clock goes 5 min back', -5 * MINUTE_MS),
  clock('its clock goes 1 day ahead', DAY_MS),
  clock('its clock goes 1 day back', -DAY_MS),
  clock('its clock says 1970', -EPOCH_MS),
  clock('its clock says 2038', END_OF_31_BITS_MS - EPOCH_MS),
  clock('its clock goes 1 day ahead, and back after 5 s', DAY_MS, 5 * SECOND_MS),
  honest('a person there closes the trust line that the route uses', ({ run }, role) => {
    const { records } = run.at(role.index);
    const neighbour = run.at(role.previous ?? otherOf(role)).key;
    const known = records.line(records.self, neighbour, UAH)?.signed.line;
    if (known === undefined) return;
    const { limit, policy } = known;
    run.command(role.index, { type: 'set-trust-line', neighbour, equivalent: UAH, limit, status: 'closed', policy });
  }),
];
