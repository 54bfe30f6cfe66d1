/** The bookkeeping programs that exported books are for. They must be installed: a missing one is a failure. */
import { spawnSync } from 'node:child_process';

/** Runs one to its end. Throws with what it says unless it is content. */
function run(program: string, argv: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, argv, {
    encoding: 'utf8',
    // Whatever the language of this machine is.
    env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    throw new Error(`${program} is not installed; on Debian: apt-get install hledger beancount`);
  }
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Balances of all accounts by name, of a journal that passes every check of hledger. */
export function hledgerBalances(path: string): Record<string, string> {
  run('hledger', ['-f', path, 'check', '--strict', 'ordereddates']);
  const csv = run('hledger', ['-f', path, 'balance', '--flat', '--empty', '--no-total', '-O', 'csv', 'assets:geo']);
  const rows = csv.trimEnd().split('\n').slice(1);
  return Object.fromEntries(
    rows.map((row) => {
      const [, account = '', balance = ''] = /^"(.*)","(.*)"$/.exec(row.replaceAll('""', '"')) ?? [];
      return [account.replace(/^assets:geo:/, ''), balance.replaceAll('"', '')];
    }),
  );
}

/** Throws unless every check of beancount passes. */
export function beanCheck(path: string): void {
  const said = run('bean-check', [path]);
  if (said !== '') throw new Error(said);
}
