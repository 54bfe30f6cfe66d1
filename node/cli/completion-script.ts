/** `geo completion`: scripts for shells, made from the commands themselves, so that they never lag behind. */
import type { Argument, Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can be typed after a command. */
interface Place {
  /** Names of the commands before it, joined by spaces: `id`, `id show`; `''` for `geo` alone. */
  readonly path: string;
  readonly words: readonly Word[];
  /** Options that take a value: the path of a file, one of a few words, or (no choices) what nobody can guess. */
  readonly values: readonly { readonly flag: string; readonly isFile: boolean; readonly choices: readonly string[] }[];
}

interface Word {
  readonly text: string;
  readonly description: string;
}

/** The completion script of a shell for the whole tree of commands. */
export function completionScript(shell: Shell, program: Command): string {
  const places = [...placesOf(program, '')];
  const scripts: Record<Shell, (name: string, places: readonly Place[]) => string> = { bash, zsh, fish, powershell };
  return scripts[shell](program.name(), places);
}

function* placesOf(command: Command, path: string): IterableIterator<Place> {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  yield {
    path,
    words: [
      ...commands.map((child) => ({
        text: child.name(),
        description: firstLine(child.summary() || child.description()),
      })),
      ...command.registeredArguments
        .flatMap(({ argChoices }: Argument) => argChoices ?? [])
        .map((text) => ({ text, description: '' })),
      ...options.map((option) => ({ text: longest(option), description: firstLine(option.description) })),
    ],
    values: options
      .filter((option) => option.required)
      .map((option) => ({
        flag: longest(option),
        isFile: /<(file|folder)>/.test(option.flags),
        choices: option.argChoices ?? [],
      })),
  };
  for (const child of commands) yield* placesOf(child, `${path} ${child.name()}`.trim());
}

const longest = (option: Option): string => option.long ?? (option.short as string);
const firstLine = (text: string): string => text.split('\n', 1)[0] as string;

/** The text between single quotes, as POSIX shells read it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What to do after an option that takes a value. */
interface AfterOption {
  readonly files: string;
  readonly nothing: string;
  oneOf(choices: readonly string[]): string;
}

/** Branches of a `case` on `command path|word before`. */
function valueBranches(places: readonly Place[], after: AfterOption): string {
  const patterns = new Map<string, string[]>();
  for (const { path, values } of places) {
    for (const { flag, isFile, choices } of values) {
      const action = choices.length > 0 ? after.oneOf(choices) : isFile ? after.files : after.nothing;
      patterns.set(action, [...(patterns.get(action) ?? []), quoted(`${path}|${flag}`)]);
    }
  }
  return [...patterns]
    .map(([action, alternatives]) => `    ${alternatives.join('|')}) ${action}; return ;;`)
    .join('\n');
}

/** Lines of bash and zsh that move `$at` on when `$word` is a command there. */
function step(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `    case "\${at:+$at }$word" in
      ${paths.join('|')}) at="\${at:+$at }$word" ;;
    esac`;
}

function bash(name: string, places: readonly Place[]): string {
  const words = (texts: readonly string[]): string => `COMPREPLY=($(compgen -W ${quoted(texts.join(' '))} -- "$cur"))`;
  const after: AfterOption = {
    files: 'COMPREPLY=($(compgen -f -- "$cur"))',
    nothing: 'compopt +o default 2>/dev/null',
    oneOf: words,
  };
  const branches = places.map((place) => `    ${quoted(place.path)}) ${words(place.words.map(({ text }) => text))} ;;`);
  return `# ${name} completion for bash: add to ~/.bashrc:  source <(${name} completion bash)
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${step(places)}
  done
  case "$at|$prev" in
${valueBranches(places, after)}
  esac
  case "$at" in
${branches.join('\n')}
  esac
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  const described = ({ text, description }: Word): string =>
    quoted(`${text.replaceAll(':', '\\:')}${description === '' ? '' : `:${description}`}`);
  const after: AfterOption = {
    files: '_files',
    nothing: '_message value',
    oneOf: (choices) => `compadd -- ${choices.map(quoted).join(' ')}`,
  };
  const branches = places.map(
    (place) => `    ${quoted(place.path)}) choices=(${place.words.map(described).join(' ')}) ;;`,
  );
  return `#compdef ${name}
# ${name} completion for zsh: save as _${name} in a folder of $fpath, or add to ~/.zshrc:  source <(${name} completion zsh)
_${name}() {
  local at='' word prev="\${words[CURRENT-1]}"
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
${step(places)}
  done
  case "$at|$prev" in
${valueBranches(places, after)}
  esac
  case "$at" in
${branches.join('\n')}
  esac
  _describe -V ${name} choices || _files
}
if [[ "$funcstack[1]" = _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string, places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = places.flatMap(({ path, words, values }) =>
    words.map(({ text: word, description }) => {
      const value = values.find(({ flag }) => flag === word);
      const what = word.startsWith('--')
        ? `-l ${word.slice(2)}`
        : word.startsWith('-')
          ? `-s ${word.slice(1)}`
          : `-f -a ${text(word)}`;
      const takes = value === undefined ? '' : value.isFile ? ' -r' : ` -x -a ${text(value.choices.join(' '))}`;
      return `complete -c ${name} -n "__${name}_at ${text(path)}" ${what}${takes} -d ${text(description)}`;
    }),
  );
  return `# ${name} completion for fish: save as ~/.config/fish/completions/${name}.fish
function __${name}_at
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l longer (string trim -- "$path $word")
    if contains -- "$longer" ${paths.join(' ')}
      set path "$longer"
    end
  end
  test "$path" = "$argv[1]"
end
complete -c ${name} -f -n "__${name}_at ''"
${lines.join('\n')}
`;
}

function powershell(name: string, places: readonly Place[]): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const branches = places.map(
    ({ path, words }) =>
      `    ${text(path)} = @(${words.map((word) => `@(${text(word.text)}, ${text(word.description || word.text)})`).join(', ')}${words.length === 1 ? ',' : ''})`,
  );
  return `# ${name} completion for PowerShell: add to $PROFILE:  ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${name} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${branches.join('\n')}
  }
  $path = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $longer = "$path $($element.Extent.Text)".Trim()
    if ($places.ContainsKey($longer)) { $path = $longer }
  }
  foreach ($word in $places[$path]) {
    if ($word[0].StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($word[0], $word[0], 'ParameterValue', $word[1])
    }
  }
}
`;
}
