#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { loadConfig } from '#config';
import { explainFailure } from '#platform/health';
import { AppException } from '#platform/kernel';
import { VERSION } from '#platform/observability';
import { type Command, EXIT_USAGE, UsageError } from './command.js';
import { configCommand } from './commands/config.command.js';
import { createAdminCommand } from './commands/create-admin.command.js';
import { generateCommand } from './commands/generate.command.js';
import { migrateCommand } from './commands/migrate.command.js';
import { smokeCommand } from './commands/smoke.command.js';
import { usersCommand } from './commands/users.command.js';
import { UnknownCommandError } from './unknown-command.js';
import { verifyCommand } from './commands/verify.command.js';

const COMMANDS: readonly Command[] = [
  migrateCommand,
  createAdminCommand,
  usersCommand,
  configCommand,
  smokeCommand,
  verifyCommand,
  generateCommand,
];

async function main(args: string[]): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (name === '--version' || name === '-v') {
    console.log(VERSION);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    if (name !== 'help' && name !== '--help' && name !== '-h') throw new UnknownCommandError(name, COMMANDS);
    console.log(help());
    return 0;
  }
  if (rest.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(`devskyy ${command.usage}\n\n${command.summary}`);
    return 0;
  }
  const { values, positionals } = parseArgs({
    args: rest,
    options: { ...command.options, help: { type: 'boolean', short: 'h' } },
    strict: true,
    allowPositionals: command.takesOperands ?? false,
  });
  // Commands talk to a person: the service's own log would be in the way.
  const config = loadConfig({
    overrides: { LOG_ENABLE_CONSOLE: 'false', LOG_ENABLE_FILE: 'false' },
    writes: command.writesNothing !== true,
  });
  return command.run({
    config,
    options: values,
    operands: positionals,
    print: (line) => console.log(line),
    warn: (line) => console.error(line),
  });
}

function help(): string {
  const lines = COMMANDS.map(({ usage, summary }) => `  devskyy ${usage}\n      ${summary}`);
  const more = '  devskyy COMMAND --help\n      What a command takes.\n  devskyy --version';
  return `DevSkyy Enterprise ${VERSION}\n\n${lines.join('\n')}\n${more}\n`;
}

/** Failures that say all there is to say; anything else is a fault of ours and shows its stack. */
function isExplained(error: unknown): error is Error {
  return isMisused(error) || error instanceof AppException;
}

function isParseError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code?.startsWith('ERR_PARSE_ARGS') ?? false;
}

/** The command line was wrong. */
function isMisused(error: unknown): boolean {
  return isParseError(error) || error instanceof UsageError;
}

/** What a failure says, with each of its faults. */
function messageOf(error: Error): string {
  const { errors = [] } = (error instanceof AppException ? error.details : {}) as {
    errors?: { path: string; message: string }[];
  };
  return [error.message, ...errors.map(({ path, message }) => `  ${path} ${message}`)].join('\n');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const explained = explainFailure(error);
  console.error(explained?.message ?? (isExplained(error) ? messageOf(error) : error));
  process.exitCode = explained?.exitCode ?? (isMisused(error) ? EXIT_USAGE : 1);
}
