// Where the service is, and who asks.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseDotenv } from 'dotenv';
import { DemoProblem } from './service.mjs';

const USAGE = 'Usage: npm run demo [-- --at TIME] or npm run -s demo -- token';

/** @returns `{command, url, isDefaultUrl, now, credentials()}`; variables of the environment beat those of `.env`, as for the service */
export function readSettings(args, env) {
  const { values, positionals } = readArguments(args);
  const [command = 'run', ...more] = positionals;
  if (more.length > 0 || !['run', 'token'].includes(command)) throw new DemoProblem(USAGE, 64);
  const variables = { ...readDotenv(), ...withoutEmpty(env) };
  const { DEMO_URL, PORT = '8000' } = variables;
  return {
    command,
    url: readUrl(DEMO_URL ?? `http://127.0.0.1:${PORT}`),
    // What `.env` says, the next command reads as well.
    isDefaultUrl: !env.DEMO_URL && !env.PORT,
    now: readTime(values.at),
    credentials: () => credentialsOf(variables),
  };
}

function readArguments(args) {
  try {
    return parseArgs({ args, options: { at: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    throw new DemoProblem(`${error.message}\n${USAGE}`, 64);
  }
}

function readUrl(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new DemoProblem(`DEMO_URL is no address of a service: ${text}`, 64);
  return text.replace(/\/+$/, '');
}

/** Sales that are yet to be made cannot be recorded. */
function readTime(text) {
  const now = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(now.getTime()) || now > new Date()) throw new DemoProblem(`--at takes a time that has passed`, 64);
  return now;
}

function credentialsOf({ DEMO_IDENTIFIER, DEMO_PASSWORD, DATA_DIR = '.data' }) {
  if (DEMO_IDENTIFIER !== undefined && DEMO_PASSWORD !== undefined)
    return { identifier: DEMO_IDENTIFIER, password: DEMO_PASSWORD, source: 'DEMO_PASSWORD' };
  const file = path.join(DATA_DIR, 'first-admin.json');
  try {
    const { username, password } = JSON.parse(readFileSync(file, 'utf8'));
    return { identifier: username, password, source: file };
  } catch {
    throw new DemoProblem(`${file} keeps no administrator: set DEMO_IDENTIFIER and DEMO_PASSWORD`, 78);
  }
}

function readDotenv() {
  try {
    return withoutEmpty(parseDotenv(readFileSync('.env')));
  } catch {
    return {};
  }
}

function withoutEmpty(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
}
