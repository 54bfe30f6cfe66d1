/** What the exit code of `geo` says. Published: scripts depend on them, so a meaning never changes. */
export const EXIT = {
  done: 0,
  error: 1,
  /** No node answers for this folder. */
  nodeNotReachable: 2,
  /** The command line itself was wrong; nothing was asked of the node. */
  usage: 3,
  /** The payment has failed for good: nothing was paid, and trying again is safe. */
  paymentFailed: 4,
  /** The payment may still go through. */
  outcomeUnknown: 5,
  /** Another process holds the data folder. */
  folderInUse: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The codes as the help shows them. */
export const EXIT_CODES_HELP = `Exit codes: 0 done, 1 error, 2 node not reachable, 3 usage, 4 payment definitively failed,
            5 outcome not known yet, 6 folder in use`;
