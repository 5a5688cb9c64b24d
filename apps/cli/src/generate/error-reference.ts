import { readFile } from 'node:fs/promises';
import { STATUS_BY_KIND } from '#platform/http';
import {
  DEFAULT_KIND,
  DEFAULT_SEVERITY,
  type ErrorCategory,
  EXCEPTIONS,
  type FailureKind,
  type Severity,
} from '#platform/kernel';
import { sourcesBelow } from './sources.js';

interface ErrorCode {
  code: string;
  status: number;
  category: ErrorCategory;
  severity: Severity;
  meaning: string;
}

/** Every error code with status, category and meaning, in Markdown: of the kernel's table, and of the classes in the sources. */
export async function errorReference(): Promise<string> {
  const codes = new Map<string, ErrorCode>();
  for (const Listed of Object.values(EXCEPTIONS)) {
    const { code, category, kind, severity, message } = new Listed();
    codes.set(code, describe(code, category, kind, severity, message.endsWith('.') ? message : `${message}.`));
  }
  for (const file of await sourcesBelow('libs')) {
    for (const found of codesIn(await readFile(file, 'utf8'))) codes.set(found.code, found);
  }
  const lines = [
    '# Error codes',
    '',
    'Generated from the exception classes; do not edit. Every failure is a problem document (RFC 9457) with one of these as',
    'its `code`; they are stable, match on them.',
    '',
    '| code | status | category | severity | meaning |',
    '|---|---|---|---|---|',
  ];
  for (const { code, status, category, severity, meaning } of [...codes.values()].sort((a, b) =>
    a.code < b.code ? -1 : 1,
  )) {
    lines.push(
      `| <a id="${code}"></a>\`${code}\` | ${status} | ${category} | ${severity} | ${meaning.replaceAll('|', '\\|')} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** An identity literal with a code, and what is said of the class before it. */
const IDENTITY =
  /\{\s*code: '([A-Z_]+\.[A-Z0-9_]+)',\s*category: '(\w+)'(?:,\s*kind: '(\w+)')?(?:,\s*severity: '(\w+)')?,?\s*\}/g;
/** `new HttpRefusal('CODE', 'kind', 'message')` of the HTTP layer. */
const REFUSAL = /new HttpRefusal\(\s*'([A-Z_]+\.[A-Z0-9_]+)',\s*'(\w+)',\s*'([^']+)'/g;

function codesIn(source: string): ErrorCode[] {
  const identities = [...source.matchAll(IDENTITY)].map(([, code = '', category, kind, severity], index, all) =>
    describe(
      code,
      category as ErrorCategory,
      kind as FailureKind | undefined,
      severity as Severity | undefined,
      meaningBefore(source, all[index]?.index ?? 0),
    ),
  );
  const refusals = [...source.matchAll(REFUSAL)].map(([, code = '', kind, message = '']) =>
    describe(code, 'validation', kind as FailureKind, undefined, `${message}.`),
  );
  return [...identities, ...refusals];
}

function describe(
  code: string,
  category: ErrorCategory,
  kind: FailureKind = DEFAULT_KIND[category],
  severity: Severity = DEFAULT_SEVERITY[kind],
  meaning = '',
): ErrorCode {
  return { code, category, severity, status: STATUS_BY_KIND[kind], meaning };
}

/** The documentation comment of the class the identity stands in. */
function meaningBefore(source: string, position: number): string {
  const classStart = source.lastIndexOf('export class ', position);
  const comment = source.slice(0, classStart).match(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/)?.[1] ?? '';
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('@'))
    .join(' ');
}
