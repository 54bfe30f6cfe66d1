/** `geo` on a terminal, with somebody who reads and types. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ENVIRONMENT, type GeoFolder } from './geo.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/geo.js');

/** `geo` in a process whose standard input, output and error are one terminal. */
export class OnTerminal {
  readonly #child: ChildProcess;
  #shown = '';

  constructor(folder: GeoFolder, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const words = [process.execPath, LAUNCHER, ...argv, '--data-dir', folder.path];
    // `script` of util-linux takes a command line, that of the BSDs and macOS takes words.
    const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const ofScript = process.platform === 'linux' ? ['-qec', line, '/dev/null'] : ['-q', '/dev/null', ...words];
    this.#child = spawn('script', ofScript, { env: { ...ENVIRONMENT, TERM: 'xterm-256color', ...environment } });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#shown += chunk.toString();
      this.#child.emit('shown');
    });
  }

  /** All that the terminal has shown so far. */
  get shown(): string {
    return this.#shown;
  }

  /** Waits until the terminal shows the text, then types. */
  async answer(question: string, typed: string): Promise<void> {
    while (!this.#shown.includes(question)) await once(this.#child, 'shown');
    this.#child.stdin?.write(typed);
  }

  /** Waits for the end. */
  async end(): Promise<{ code: number | null; text: string }> {
    await once(this.#child, 'close');
    return { code: this.#child.exitCode, text: stripVTControlCharacters(this.#shown).replaceAll('\r', '') };
  }
}
