import type { Occurrence } from '../occurrences/occurrence.js';
import { inCommonWords } from './g3-browser-messages.js';
import {
  CODE_NAME,
  CONSTRAINT_IN_TEXT,
  ERRNO,
  GRPC_STATUS,
  HTTP_SHAPED,
  MYSQL_ERROR,
  NAMED_SQLSTATE,
  OWN_SQLSTATE,
  PROPERTY_IN_TEXT,
  REASON_IN_TEXT,
  STATUS_NAME,
  firstOf,
  inContext,
} from './g3-error-codes.js';

/** Codes behind the word that says so: `[Errno 28]`, `exit code 137`, `errno: 1062`, `Code=-1001`, `error E1042`. */
const NAMED_CODE =
  /(?:\berrno[ :=]{1,3}|\b(?:error|exit|return|result|response|reason|failure|sub|vendor|native|oracle|mysql|sqlite|close|err)[ _-]?(?:code|status)s?[ :=]{1,3}(?:is |of )?|\bexit(?:ed)? (?:with )?(?:code |status )?|\bcode[:=] ?|\b[Ww]ith code |\(code )(?:['"[(])?(-?\d{1,10}|0x[0-9a-fA-F]{1,16}|[A-Z][A-Z0-9_]{1,60})\b/i;

/** Codes that stand by themselves: `ORA-00942`, `TS2345:`, `[P2002]`, `HRESULT 0x80070005`, `ERR_1042`, `CVE-2026-1`. */
const OWN_CODE =
  /\b(ORA-\d{5}|SQL\d{4,5}N?|ERR_[A-Z0-9_]{2,60}|E_[A-Z][A-Z_]{2,60}|AADSTS\d{4,7}|PGRST\d{3}|(?:HRESULT|NTSTATUS)[ :=]{0,3}0x[0-9a-fA-F]{8})\b|^\[?([A-Z]{1,6}\d{3,6})(?:\]|:)|[[(]([A-Z]{1,4}\d{4})[\])]|\berror:? ([A-Z]{1,4}\d{3,6})\b|\b[Ee]rror #(\d{1,6})\b/;

const STATUS_IN_TEXT =
  /\bstatus(?:[ _]?code)?(?: of| is|:|=)?["']?[ :=]{0,3}([1-5]\d\d)\b|\bHTTP(?:\/[\d.]{1,4})?(?: Error| status)?[ :/]{1,2}([1-5]\d\d)\b|\b([1-5]\d\d) (?:Client|Server) Error\b|\b(?:server|service|upstream|api|gateway|server response|respon(?:ded|se)|answered|replied|returned|received|got|failed)(?: with| code)?:? (?:an? )?([1-5]\d\d)(?=[.,;:!)]? ?$|[.,;:!)] | (?:for|from|on|by|error)\b)/i;

/**
 * A closed vocabulary that keeps apart what one line of a program throws for many reasons. The route counts only where the stack
 * does not already say whose failure it is.
 *
 * @param ownFrames how the stack tells the place: not at all, by frames of the service's code, or by those of a bundle, where
 *   engines disagree on the words
 */
export function discriminators(occurrence: Occurrence, ownFrames: 'none' | 'code' | 'bundle'): string[] {
  const { errorMessage, errorType, constraint, endpoint } = occurrence;
  const isHttp = HTTP_SHAPED.test(errorType);
  const property = ownFrames === 'code' ? propertyIn(errorMessage) : undefined;
  const parts: [name: string, value: string | undefined][] = [
    ['status', statusOf(occurrence, isHttp)],
    ['code', codeOf(occurrence)],
    ['constraint', constraint ?? CONSTRAINT_IN_TEXT.exec(errorMessage)?.[1]],
    ['property', property],
    ['route', isHttp && ownFrames === 'none' ? (endpoint ?? undefined) : undefined],
  ];
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${value}`]));
}

function statusOf({ errorMessage, status, context, contexts }: Occurrence, isHttp: boolean): string | undefined {
  const inText = STATUS_IN_TEXT.exec(errorMessage) ?? REASON_IN_TEXT.exec(errorMessage);
  return (
    firstOf(inText) ??
    inContext(context, STATUS_NAME, /^\d{1,3}$|^[A-Z][A-Z_]{2,40}$/) ??
    inContext({ response: contexts['response'] }, STATUS_NAME, /^\d{3}$/) ??
    (isHttp && status !== undefined ? String(status) : undefined)
  );
}

function codeOf({ errorMessage, code, context }: Occurrence): string | undefined {
  if (code !== undefined) return code;
  const found = [NAMED_SQLSTATE, OWN_SQLSTATE, ERRNO, OWN_CODE, NAMED_CODE, MYSQL_ERROR, GRPC_STATUS];
  const inText = new Set(found.flatMap((pattern) => firstOf(pattern.exec(errorMessage))?.toUpperCase() ?? []));
  if (inText.size > 0) return [...inText].join(' ');
  return inContext(context, CODE_NAME, /^-?\d{1,10}$|^[0-9A-Z]{5}$|^[A-Za-z][\w./:-]{1,60}$/);
}

/** A property by its name; of a list it is the place, which varies. */
function propertyIn(message: string): string | undefined {
  const property = firstOf(PROPERTY_IN_TEXT.exec(inCommonWords(message.slice(0, 1_000).trim())));
  return property === undefined || /^\d+$/.test(property) ? undefined : property;
}
