import { join } from 'node:path';
import type { AddVerb } from '../cli.ts';

export const addConfig: AddVerb = (program, run) => {
  const config = program
    .command('config')
    .description('Settings: a flag beats a GEO_… variable, that the file, that the default');

  config
    .command('example')
    .description('Print a config.toml with all settings')
    .action(
      run(async () => {
        const { configExample } = await import('../../config.ts');
        const example = configExample();
        return { document: { example }, text: example.trimEnd() };
      }),
    );

  config
    .command('path')
    .description('Print where config.toml is looked for')
    .action(
      run(async (cli) => {
        const { CONFIG_FILE } = await import('../../config.ts');
        const path = join(await cli.folder(), CONFIG_FILE);
        return { document: { path }, text: path };
      }),
    );
};
