/** `geo`: what bin/geo.js runs. */
import { runCli } from './cli/run.ts';

// Who reads our output may stop early, as `head` does: then there is nobody left to tell anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const exitCode = await runCli(process.argv.slice(2));
// Now, whatever is still open: a connection that is kept alive, or a request whose answer nobody waits for any more.
process.stdout.write('', () => process.exit(exitCode));
