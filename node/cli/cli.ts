/** What a verb works with, and what it answers. */
import type { Command } from 'commander';
import type { Client } from '../api/client.ts';
import type { Config } from '../config.ts';
import type { Problem } from './problem.ts';

/** What a verb answers: the document of `--json`, or the text for people; with a problem, if it did not fully work. */
export interface Answer {
  readonly document: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly problem?: Problem;
}

export interface Cli {
  /** Is the answer for a program? */
  readonly json: boolean;
  /** Can a person be asked: is there a terminal at both ends, and the answer not for a program? */
  readonly canAsk: boolean;
  /** Was the data folder named on the command line, so that the next command needs it too? */
  readonly namedFolder: boolean;
  /** The data folder. */
  folder(): Promise<string>;
  /** Flags, if the command takes settings, over `GEO_…` over the config file. */
  config(settings?: Readonly<Record<string, unknown>>): Promise<Config>;
  /** The node of the data folder; throws `node-unreachable`. */
  client(): Promise<Client>;
  /** Text beside the answer, to standard error. Nothing with `--json`. */
  say(text: string): void;
  /** The answer of a verb that goes on after it. */
  show(answer: Answer): void;
}

/** Makes the action of a command from a verb, which gets the arguments and then the options that were given. */
export type Run = (
  verb: (cli: Cli, ...typed: never[]) => Promise<Answer | undefined>,
) => (...received: unknown[]) => Promise<void>;

/** Adds one verb to the program. */
export type AddVerb = (program: Command, run: Run) => void;
