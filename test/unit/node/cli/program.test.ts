import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from '#node/cli/completion-script.ts';
import { buildProgram } from '#node/cli/program.ts';
import { configExample } from '#node/config.ts';

const program = buildProgram(
  () => async () => undefined,
  () => undefined,
);

const VERBS = [
  ...['init', 'start', 'stop', 'status', 'doctor', 'config example', 'config path', 'peer list', 'peer connect'],
  ...['id show', 'id words', 'id card', 'id qr', 'contact add', 'contact list', 'contact remove', 'contact verify'],
  ...[
    'trust set',
    'trust close',
    'trust list',
    'pay',
    'capacity',
    'clear accept',
    'clear list',
    'clear reject',
    'clear run',
    'clear status',
    'request',
    'receipt show',
    'receipt verify',
    'balance',
  ],
  ...[
    'history',
    'tx list',
    'tx show',
    'tx resolve',
    'tx dust',
    'tx let-go',
    'ui',
    'token create',
    'token list',
    'token revoke',
    ...['backup now', 'backup verify', 'backup list', 'restore from', 'restore status', 'restore confirm', 'move'],
    'export',
    'statement',
    'verify',
    'evidence list',
    'evidence save',
    'hub',
    'sim',
    'completion',
    'help',
  ],
];

/** All commands that do something, as they are typed. */
function leaves(command: Command, path: readonly string[] = []): { path: string; command: Command }[] {
  if (command.commands.length === 0) return [{ path: path.join(' '), command }];
  return command.commands.flatMap((child) => leaves(child, [...path, child.name()]));
}

describe('the commands', () => {
  it('are these, each with a line of help', () => {
    expect(
      leaves(program)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([...VERBS].sort());
    for (const { command } of leaves(program)) expect(command.description()).not.toBe('');
  });

  it('take every setting of the config file where a node is made or started', () => {
    // Tables come last; what is in them are not settings.
    const [plain = '', ...tables] = configExample().split(/^# \[/m);
    const settings = [
      ...[...plain.matchAll(/^# ([a-z-]+) = /gm)].map(([, name]) => name),
      ...tables.map((table) => table.replace(/\].*$/s, '')),
    ];
    expect(settings.length).toBeGreaterThan(5);
    for (const name of ['init', 'start']) {
      const options = program.commands.find((command) => command.name() === name)?.options.map(({ long }) => long);
      expect(options).toEqual(expect.arrayContaining(settings.map((setting) => `--${setting}`)));
    }
  });
});

describe('completion', () => {
  it.each(SHELLS)('of %s names every command', (shell) => {
    const script = completionScript(shell, program);
    for (const verb of VERBS) {
      const [first = '', second = first] = verb.split(' ');
      expect(script).toContain(first);
      expect(script).toContain(second);
    }
  });

  it.each([
    ['a command', ['geo', 'tru'], ['trust']],
    ['what a group has', ['geo', 'receipt', ''], ['show', 'verify']],
    ['an option', ['geo', 'trust', 'set', 'Bob', '--no-ann'], ['--no-announce']],
    ['an option that every command has', ['geo', 'balance', '--js'], ['--json']],
    ['the values of an option', ['geo', 'token', 'create', 'x', '--scope', ''], ['admin', 'pay', 'read']],
    ['the values of an argument', ['geo', 'completion', 'z'], ['zsh']],
    ['a file where one is meant', ['geo', 'id', 'words', '--passphrase-file', '/et'], ['/etc']],
    ['nothing where nobody can know', ['geo', 'history', '--limit', ''], []],
    ['a command after an option with a value', ['geo', '--data-dir', '/x', 'bal'], ['balance']],
  ])('in bash offers %s', async (_what, words, offered) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `${completionScript('bash', program)}
      COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _geo; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', script]);
    const got = stdout.split('\n').filter((word) => word !== '' && !(word.startsWith('--') && words.at(-1) === ''));
    expect(got.sort()).toEqual(offered);
  });
});
