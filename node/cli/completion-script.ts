/** `geo completion`: scripts for shells, made from the commands themselves, so that they never lag behind. */
import type { Argument, Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can be typed after a command. */
interface Place {
  /** Names of the commands before it, joined by spaces: `id`, `id show`; `''` for `geo` alone. */
  readonly path: string;
  readonly words: readonly Word[];
  /** Options that take a value, whether a file is meant or one of a few words. */
  readonly values: readonly { readonly flag: string; readonly choices: readonly string[] }[];
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
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const options = help.visibleOptions(command);
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
      .map((option) => ({ flag: longest(option), choices: option.argChoices ?? [] })),
  };
  for (const child of commands) yield* placesOf(child, `${path} ${child.name()}`.trim());
}

const longest = (option: Option): string => option.long ?? (option.short as string);
const firstLine = (text: string): string => text.split('\n', 1)[0] as string;

/** The text between single quotes, as POSIX shells read it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const texts = ({ words }: Place): string => words.map(({ text }) => text).join(' ');

/** Branches of a `case` on "command path + the word before": after options that take a value. */
function valueBranches(
  places: readonly Place[],
  files: string,
  oneOf: (choices: readonly string[]) => string,
): string[] {
  return places.flatMap(({ path, values }) =>
    values.map(
      ({ flag, choices }) => `    ${quoted(`${path}|${flag}`)}) ${choices.length > 0 ? oneOf(choices) : files} ;;`,
    ),
  );
}

/** The loop that finds out which command is being typed, from word 1 (bash) or 2 (zsh counts from 1). */
function pathLoop(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return [
    `    case "\${path:+$path }$word" in`,
    `      ${paths.join('|')}) path="\${path:+$path }$word" ;;`,
    '    esac',
  ].join('\n');
}

function bash(name: string, places: readonly Place[]): string {
  return `# ${name} completion for bash: add to ~/.bashrc:  source <(${name} completion bash)
_${name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path='' word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
${pathLoop(places)}
  done
  case "$path|$prev" in
${valueBranches(places, 'COMPREPLY=($(compgen -f -- "$cur")); return', (choices) => `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur")); return`).join('\n')}
  esac
  case "$path" in
${places.map((place) => `    ${quoted(place.path)}) COMPREPLY=($(compgen -W ${quoted(texts(place))} -- "$cur")) ;;`).join('\n')}
  esac
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  const described = ({ text, description }: Word): string =>
    quoted(`${text.replaceAll(':', '\\:')}${description === '' ? '' : `:${description}`}`);
  return `#compdef ${name}
# ${name} completion for zsh: save as _${name} in a folder of $fpath, or add to ~/.zshrc:  source <(${name} completion zsh)
_${name}() {
  local path_='' word i prev="\${words[CURRENT-1]}"
  local -a choices
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
${pathLoop(places).replaceAll('path', 'path_')}
  done
  case "$path_|$prev" in
${valueBranches(places, '_files; return', (choices) => `compadd -- ${choices.map(quoted).join(' ')}; return`).join('\n')}
  esac
  case "$path_" in
${places.map((place) => `    ${quoted(place.path)}) choices=(${place.words.map(described).join(' ')}) ;;`).join('\n')}
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
      const takes =
        value === undefined ? '' : value.choices.length > 0 ? ` -x -a ${text(value.choices.join(' '))}` : ' -r';
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
