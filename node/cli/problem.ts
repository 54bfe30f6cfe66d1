/** What `geo` says when something did not work: the published error document, its text and its exit code. */
import { explain, type Teller } from '../api/words.ts';
import { Failure } from '../failure.ts';
import { type AnyRefusal, isAnyRefusal } from '../refusals.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

type Fact = string | number | boolean | null;

/** `message` is whole sentences: what was wrong, the limit, what to do. `code` and `facts` are for programs. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly exitCode: ExitCode;
}

/** Ends a verb with a problem. */
export class Stop extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The command line was wrong: nothing was asked of the node. */
export function usage(message: string, facts: Problem['facts'] = {}): Stop {
  return new Stop({ code: 'usage', message, facts, exitCode: EXIT.usage });
}

/** What the parser of the command line says, as a sentence. */
export function parserSentence(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)$/s, '; did you mean $1?')
    .replace(/^./, (letter) => letter.toUpperCase())
    .replace(/[^.?]$/, '$&.');
}

/** The value; a refusal of what was typed ends the verb. */
export function typed<T>(value: T | AnyRefusal): T {
  if (!isAnyRefusal(value)) return value;
  const { kind: _, code, ...facts } = value;
  throw new Stop({
    code,
    message: explain(value, { equivalent: null, hop: null }, NOBODY),
    facts: Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, asFact(fact)])),
    exitCode: exitCodeOf(code),
  });
}

/** Texts about what was typed name no participant and no amount. */
const NOBODY: Teller = { self: '' as Teller['self'], callName: () => '', precisionOf: () => 0 };

function asFact(value: unknown): Fact {
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

/** Whatever was thrown, as a problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Stop) return error.problem;
  if (error instanceof Failure) {
    return {
      code: error.code,
      message: sentences(error.message, error.hint),
      facts: {},
      // A setting that was typed, not one of the file.
      exitCode: error.code === 'config-invalid' && error.message.startsWith('--') ? EXIT.usage : exitCodeOf(error.code),
    };
  }
  if (isApiError(error)) {
    const { code, message, facts } = error;
    return { code, message, facts, exitCode: exitCodeOf(code) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'bug', message: `This is a bug in geo: ${message}`, facts: {}, exitCode: EXIT.error };
}

/** By its name: to import the client's code only for this would slow down every start. */
function isApiError(error: unknown): error is { code: string; message: string; facts: Problem['facts'] } {
  return error instanceof Error && error.name === 'ApiError';
}

function sentences(message: string, hint: string | null): string {
  const first = `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/[^.!?]$/, '$&.');
  return hint === null ? first : `${first} ${hint}`;
}

function exitCodeOf(code: string): ExitCode {
  if (code === 'folder-in-use') return EXIT.folderInUse;
  if (code === 'node-unreachable') return EXIT.nodeNotReachable;
  if (code === 'ui-not-built' || code === 'backup-of-other-network') return EXIT.usage;
  return code.startsWith('bad-') && code !== 'bad-receipt' ? EXIT.usage : EXIT.error;
}
