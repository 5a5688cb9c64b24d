import type { ParseArgsConfig } from 'node:util';
import type { AppConfig } from '#config';

/** Options of a command, as `node:util` parses them. */
export type Options = NonNullable<ParseArgsConfig['options']>;

/** What a command gets. */
export interface Invocation {
  config: AppConfig;
  options: Readonly<Record<string, string | boolean | undefined>>;
  /** What stands on the command line beside the options; empty unless the command takes some. */
  operands: readonly string[];
  /** Writes a line for the person at the terminal. */
  print: (line: string) => void;
  /** Writes a line beside what the command prints, which may be read by a program. */
  warn: (line: string) => void;
}

/** One word of the command line. */
export interface Command {
  name: string;
  summary: string;
  options: Options;
  takesOperands?: boolean;
  /** It only looks: not even a key for development is made. */
  writesNothing?: boolean;
  /** How the options are used, for the help. */
  usage: string;
  /** Exit status: 0 when it did what it was asked. */
  run(invocation: Invocation): Promise<number>;
}

/** Status of a process that was called wrongly (EX_USAGE of sysexits.h). */
export const EXIT_USAGE = 64;

/** A wrong call; its text is all the person needs to see. */
export class UsageError extends Error {}

/** The value of a text option. */
export function textOption(options: Invocation['options'], name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
