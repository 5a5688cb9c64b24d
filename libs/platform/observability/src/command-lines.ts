import { isPlain, type Span, wordAt } from './named-secrets.js';
import { isSecretKey } from './secret-names.js';
import { REDACTED } from './secret-shapes.js';

/** An option, and what stands between it and its value: spaces, or the quotes and comma of a list of arguments. */
const OPTION = /(?<![\w/.-])--?[A-Za-z][\w-]{0,63}(?=["'`,\t ])/g;
const GAP = /["'`]?(?:, ?|[ \t]{1,8})/y;

/** How a program takes a secret: as the word behind an option, or as the rest of it. */
interface Habit {
  option: string;
  isAttached?: boolean;
  /** Only behind this word: `docker run -p` publishes a port. */
  behind?: string;
  /** The secret begins behind this mark, as in `user:password`. */
  mark?: string;
}

const PASSWORD: Habit = { option: '-p' };
const ATTACHED: Habit = { option: '-p', isAttached: true };
const AT_LOGIN: Habit = { option: '-p', behind: 'login' };
const CAPITAL: Habit = { option: '-P' };
const USER = ['-u', '--user', '-U'].map((option): Habit => ({ option, mark: ':' }));

/** Programs whose short options carry secrets. */
const PROGRAMS: Readonly<Record<string, readonly Habit[]>> = {
  mysql: [ATTACHED, PASSWORD],
  mariadb: [ATTACHED, PASSWORD],
  sshpass: [ATTACHED, PASSWORD],
  '7z': [ATTACHED],
  mongo: [PASSWORD],
  cqlsh: [PASSWORD],
  beeline: [PASSWORD],
  rabbitmqadmin: [PASSWORD],
  docker: [AT_LOGIN],
  podman: [AT_LOGIN],
  buildah: [AT_LOGIN],
  skopeo: [AT_LOGIN],
  helm: [AT_LOGIN],
  oc: [AT_LOGIN],
  az: [AT_LOGIN],
  'redis-cli': [{ option: '-a' }],
  ldap: [{ option: '-w' }],
  sqlcmd: [CAPITAL],
  bcp: [CAPITAL],
  zip: [CAPITAL],
  unzip: [CAPITAL],
  ipmitool: [CAPITAL],
  mosquitto: [CAPITAL],
  'ssh-keygen': [CAPITAL, { option: '-N' }],
  plink: [{ option: '-pw' }],
  pscp: [{ option: '-pw' }],
  psftp: [{ option: '-pw' }],
  curl: USER,
  smbclient: [{ option: '-U', mark: '%' }],
};

const NAMES = Object.keys(PROGRAMS).join('|');
/** A program of the table, where its name begins and as a whole argument, with what its relatives have behind its name. */
const PROGRAM = new RegExp(String.raw`(?<![\w-])(?:${NAMES})(?=[\w-]{0,16}(?:\.exe)?["'\s])`, 'g');
const WHOLE_PROGRAM = new RegExp(String.raw`^(${NAMES})[\w-]{0,16}(?:\.exe)?$`);

const LONGEST_PROGRAM = 40;

/** How long a command line may be behind its program. */
const LONGEST_COMMAND = 1_024;

/** Words in front of a secret in the languages of databases, and in `.netrc`. */
const PHRASE = /\b(?:identified\s{1,4}by|password|passphrase|(login)\s{1,4}\S{1,64}\s{1,4}password)\s{1,4}/gi;

/** The text without secrets of command lines: `--password x`, `mysql -px`, `curl -u user:x`, `IDENTIFIED BY 'x'`. */
export function redactCommands(text: string): string {
  let result = text;
  if (text.includes('-')) {
    result = redacted(result, options(result));
    if (/[\s"']--?[A-Za-z]/.test(result)) result = redacted(result, commands(result));
  }
  return /password|passphrase|identified/i.test(result) ? redacted(result, phrases(result)) : result;
}

function redacted(text: string, spans: Iterable<Span>): string {
  let result = '';
  let done = 0;
  for (const { start, end } of spans) {
    if (start < done || end <= start || text.startsWith(REDACTED, start)) continue;
    result += `${text.slice(done, start)}${REDACTED}`;
    done = end;
  }
  return result + text.slice(done);
}

function* options(text: string): Iterable<Span> {
  OPTION.lastIndex = 0;
  for (let match = OPTION.exec(text); match; match = OPTION.exec(text)) {
    if (!isSecretKey(match[0])) continue;
    GAP.lastIndex = OPTION.lastIndex;
    if (!GAP.test(text) || text[GAP.lastIndex] === '-') continue;
    const value = wordAt(text, GAP.lastIndex);
    yield value;
    OPTION.lastIndex = Math.max(OPTION.lastIndex, value.end);
  }
}

function* commands(text: string): Iterable<Span> {
  PROGRAM.lastIndex = 0;
  for (let match = PROGRAM.exec(text); match; match = PROGRAM.exec(text)) {
    const command = /^[^\r\n]*/.exec(text.slice(match.index, match.index + LONGEST_COMMAND))?.[0] ?? '';
    const resume = match.index + command.length;
    yield* secretsOf(text, match.index, command);
    PROGRAM.lastIndex = resume;
  }
}

/** What one command line gives away; it may call programs by others, as `docker exec db mysql -px` does. */
function* secretsOf(text: string, start: number, command: string): Iterable<Span> {
  const habits = new Set<Habit>();
  for (const { 0: argument, index } of command.matchAll(/[^\s"']{1,256}/g)) {
    if (!argument.startsWith('-')) {
      const file = argument.slice(Math.max(argument.lastIndexOf('/'), argument.lastIndexOf('\\')) + 1);
      const program = file.length > LONGEST_PROGRAM ? undefined : WHOLE_PROGRAM.exec(file)?.[1];
      for (const habit of PROGRAMS[program ?? ''] ?? []) habits.add(habit);
      continue;
    }
    for (const { option, isAttached, behind, mark } of habits) {
      const at = start + index + option.length;
      if (isAttached && argument.startsWith(option) && argument !== option) yield wordAt(text, at);
      if (isAttached || argument !== option) continue;
      if (behind !== undefined && !command.slice(0, index).includes(` ${behind}`)) continue;
      const value = wordAt(text, at + 1);
      const from = mark === undefined ? value.start : text.indexOf(mark, value.start) + 1;
      const isAddress = text.startsWith('//', from);
      if (from > 0 && from < value.end && text[value.start] !== '-' && !isAddress)
        yield { start: from, end: value.end };
    }
  }
}

function* phrases(text: string): Iterable<Span> {
  PHRASE.lastIndex = 0;
  for (let match = PHRASE.exec(text); match; match = PHRASE.exec(text)) {
    const from = PHRASE.lastIndex;
    if (match[1] === undefined && text[from] !== "'" && text[from] !== '"') continue;
    const value = wordAt(text, from);
    const first = /^[^\s"']{0,20}/.exec(text.slice(value.start, value.start + 20))?.[0] ?? '';
    if (!isPlain(first)) yield value;
    PHRASE.lastIndex = Math.max(from, value.end);
  }
}
