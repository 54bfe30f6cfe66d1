/**
 * A process that uses a store, for tests that kill it or take its disk away: `store-child.ts hold|write FOLDER`.
 *
 * Says on standard output: `open`; when writing, each number once what it stands for is on disk; a Failure's code.
 */
import { Failure } from '#node/failure.ts';
import { openStore } from '#node/store/store.ts';
import { numbered } from './numbered-records.ts';

const [mode, folder] = process.argv.slice(2) as [string, string];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const store = await openStore(folder);
  say('open');
  if (mode === 'hold') {
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.once('end', resolve));
    await store.close();
  } else {
    for (let number = 0; ; number++) {
      await store.write(numbered(number), { sync: true });
      say(String(number));
    }
  }
} catch (error) {
  say(error instanceof Failure ? error.code : String(error));
  process.exitCode = 1;
}
