import type { Occurrence } from '../occurrences/occurrence.js';
import { keyOnLine, namesIn } from './named-in-text.js';
import { reasonOfSystem } from './messages/system-reasons.js';

const ERRNO =
  /\b(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ENETUNREACH|EADDRINUSE|EADDRNOTAVAIL|EACCES|EPERM|ENOENT|EEXIST|EMFILE|ENFILE|ENOSPC|EROFS|EISDIR|ENOTDIR|ENOTEMPTY|EBUSY|ENOMEM|EINVAL|EIO|EXDEV|ELOOP|EPROTO|ECANCELED)\b/;

/** Codes behind the word that says so: `[Errno 28]`, `exit code 137`, `errno: 1062`, `Code=-1001`, `error E1042`. */
const NAMED_CODE =
  /(?:\berrno[ :=]{1,3}|\b(?:error|exit|return|result|response|reason|failure|sub|vendor|native|oracle|mysql|sqlite|close|err)[ _-]?(?:code|status)s?[ :=]{1,3}(?:is |of )?|\b(?:on|by|with) signal |\bexit(?:ed)? (?:with |on |by )?(?:code |status |signal )?|\bcode[:=] ?|\b[Ww]ith code |\(code |\bwinerror |\bcurl error )(?:['"[(])?(-?\d{1,10}|0x[0-9a-fA-F]{1,16}|[A-Z][A-Z0-9_]{1,60})\b/i;

/** Codes that stand by themselves: `ORA-00942`, `TS2345:`, `[P2002]`, `HRESULT 0x80070005`, `ERR_1042`, `Error 1062:`. */
const OWN_CODE =
  /\b(ORA-\d{5}|SQL\d{4,5}N?|ERR_[A-Z0-9_]{2,60}|E_[A-Z][A-Z_]{2,60}|AADSTS\d{4,7}|PGRST\d{3}|(?:HRESULT|NTSTATUS)[ :=]{0,3}0x[0-9a-fA-F]{8})\b|^\[?([A-Z]{1,6}\d{3,6})(?:\]|:)|[[(]([A-Z]{1,4}\d{4})[\])]|\berror:? ([A-Z]{1,4}\d{3,6})\b|\b[Ee]rror #(\d{1,6})\b|\b[Ee]rror (\d{3,5})(?=:| \(\w{5}\))|\b(?:declined|rejected|refused|denied)\b[^:\n]{0,40}: ([A-Z]{1,4}\d{2,4})\b/;

/** Codes that a message begins with: of AWS, OAuth (RFC 6749), MongoDB, MySQL in Python, Redis. */
const CODE_AT_START =
  /^(?:An error occurred \((\w{2,60})\) when|([a-z]{2,20}(?:_[a-z]{2,20}){1,4}): |(E\d{3,6}) |\(([12]\d{3}), ["']|(WRONGTYPE|NOAUTH|NOPERM|WRONGPASS|READONLY|OOM|LOADING|BUSY(?:GROUP|KEY)?|NOGROUP|NOSCRIPT|CLUSTERDOWN|CROSSSLOT|MOVED|ASK|TRYAGAIN|MASTERDOWN|MISCONF|EXECABORT|NOREPLICAS) |(\d{1,5}): ?$|([A-Z]{4,30}(?:_[A-Z]{2,30}){0,5}): )/;

/**
 * Codes that are words: `api error AccessDenied:`, `[SSL: WRONG_VERSION_NUMBER]`, `(auth/user-not-found)`, `'parsing_exception'`, members
 * of data such as `"error":"invalid_grant"`; besides replies of mail servers (RFC 5321, 3463) and errors of OpenSSL.
 */
const CODE_IN_WORDS =
  /api error ([A-Z]\w{2,60}):|\[SSL: ([A-Z0-9_]{3,60})\]|StatusCode[.=]["']?([A-Za-z_]{2,30})|\(([a-z]{2,20}\/[a-z]{2,20}(?:-[a-z]{2,20}){0,6})\)|["']([a-z]{2,20}(?:_[a-z]{2,20}){0,4}_exception)["']|["'](?:error|code|reason|error_?[cC]ode|errorType|__type)["']\s?(?::|=>)\s?["']([A-Za-z][\w.#/-]{1,80})["']|([245](?<!\w.)\d\d(?:[ -]|, b?['"])[245]\.\d{1,3}\.\d{1,3})|error:([0-9A-F]{8}):|\((?:OSStatus|\w{1,60}Domain|\w{1,60}(?:\.\w{1,60}){1,4}) error (-?\d{1,9})\b|\[(?:code=)?([a-z]{2,30}(?:[/-][a-z]{2,30}){1,8})\]/;

/** SQLSTATE (ISO/IEC 9075), by the word or by its own shape where that cannot be an id. */
const NAMED_SQLSTATE = /\bSQL ?State['"]?[ :=[(]{0,4}['"]?([0-9A-Z]{5})\b/i;
const OWN_SQLSTATE =
  /\b(0A000|08P01|22P0[2-6]|23P01|25P0[1-3]|28P01|2BP01|3[DF]000|40P01|42P(?:0[1-9]|1[0-9]|2[0-2])|42S(?:01|02|11|12|21|22)|55P0[2-4]|57P0[1-5]|F0000|HV\d{3}|HY(?:000|001|T00|T01)|IM00[12]|P000[1-4]|XX00[0-2])\b|\bERROR:? (?:\d{4} \()?(\d{2}[0-9A-Z]{3})\)?:|[[(](0[18]\d{3}|2[1-8]\d{3}|3[48]000|4[0-4]\d{3}|5[3-8]\d{3})[\])]/;
const MYSQL_ERROR =
  /\bSQLSTATE\[\w{5}\](?: \[|: [^:]{1,60}: )(\d{1,5})\b|\bERROR (\d{4}) \(|\b(1\d{3}) (?=Duplicate|Cannot|Column|Unknown|Table|Data|Lock|Deadlock|Incorrect|Out of)/;

/** Status names of gRPC as its clients write them, behind their number. */
const GRPC_STATUS = /\b(?:\d{1,2} |code = )([A-Z][A-Za-z]{1,20}(?:_[A-Z]{1,20}){0,4})(?:: | desc = )/;

const STATUS_IN_TEXT =
  /\bstatus(?:[ _]?code)?(?: of| is|:|=)?["']?[ :=]{0,3}([1-5]\d\d)\b|\bHTTP(?:\/[\d.]{1,4})?(?: ?Error| status)?[ :/]{1,2}([1-5]\d\d)\b|\b([1-5]\d\d) (?:Client|Server) Error\b|\b(?:server|service|upstream|api|gateway|server response|respon(?:ded|se)|answered|replied|returned|received|got|failed)(?: with| code)?:? (?:an? )?([1-5]\d\d)(?=[.,;:!)]? ?$|[.,;:!)] | (?:for|from|on|by|error)\b)/i;
const REASON_IN_TEXT =
  /\b([1-5]\d\d) (?:OK|Bad Request|Unauthorized|Payment Required|Forbidden|Not (?:Found|Implemented|Acceptable)|Method Not Allowed|Request Timeout|Conflict|Gone|Length Required|Precondition Failed|Payload Too Large|URI Too Long|Unsupported Media Type|Unprocessable|Locked|Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)/i;

const CONSTRAINT_IN_TEXT = /\bconstraint ['"\x60]([^'"\x60]{1,63})['"\x60]/;
const HTTP_SHAPED = /Http|HTTP|Axios|Fetch|Request|Response|StatusCode/;

/** Members of a context that hold a status or a code, whatever their case and separators. */
const STATUS_NAME = /^(?:https?|response|grpc|rpc|upstream|api|exit)*status(?:code)?$/;
const CODE_NAME =
  /^(?:error|err|exit|sql|reason|response|result|grpc|rpc|db|driver|native|vendor|api|fault|failure|sub)?(?:code|state|errno|number)$|^errno$/;

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
  const names = ownFrames === 'none' ? [] : [...namesIn(errorMessage, ownFrames), ...keyOnLine(occurrence)];
  const parts: [name: string, value: string | undefined][] = [
    ['status', statusOf(occurrence, isHttp)],
    ['code', codeOf(occurrence)],
    ['constraint', constraint ?? CONSTRAINT_IN_TEXT.exec(errorMessage)?.[1]],
    ['names', names.length === 0 ? undefined : names.join(' ')],
    ['route', isHttp && ownFrames === 'none' ? (endpoint ?? undefined) : undefined],
  ];
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}:${value}`]));
}

function statusOf({ errorMessage, status, context, contexts }: Occurrence, isHttp: boolean): string | undefined {
  const text = withoutSource(errorMessage);
  const inText = STATUS_IN_TEXT.exec(text) ?? REASON_IN_TEXT.exec(text);
  return (
    firstOf(inText) ??
    inContext(context, STATUS_NAME, /^\d{1,3}$|^[A-Z][A-Z_]{2,40}$/) ??
    inContext({ response: contexts['response'] }, STATUS_NAME, /^\d{3}$/) ??
    (isHttp && status !== undefined ? String(status) : undefined)
  );
}

function codeOf({ errorMessage, code, context }: Occurrence): string | undefined {
  if (code !== undefined) return code;
  const inText = codesIn(errorMessage);
  if (inText.length > 0) return inText.join(' ');
  return inContext(context, CODE_NAME, /^-?\d{1,10}$|^[0-9A-Z]{5}$|^[A-Za-z][\w./:-]{1,60}$/);
}

/** The codes that a message names. */
export function codesIn(message: string): string[] {
  const text = withoutSource(message).replace(NUMBER_OF_SYSTEM, 'Os { code: ');
  const written = CODES.flatMap((pattern) => firstOf(pattern.exec(text))?.toUpperCase() ?? []);
  const said = reasonOfSystem(text);
  return [...new Set(said === undefined ? written : [...written, said])];
}

/** Rust: numbers of failures differ from system to system, their kinds do not. */
const NUMBER_OF_SYSTEM = /\bOs \{ code: \d{1,9}, kind: (?!Uncategorized|Other)/;

/** A message without what a parser read, as Jackson shows it; what that says of itself is data. */
function withoutSource(message: string): string {
  const at = message.indexOf(' at [Source: ');
  return at === -1 ? message : message.slice(0, at);
}

/** Where a code may stand in a message. */
const CODES: readonly RegExp[] = [
  NAMED_SQLSTATE,
  OWN_SQLSTATE,
  ERRNO,
  OWN_CODE,
  NAMED_CODE,
  CODE_AT_START,
  CODE_IN_WORDS,
  MYSQL_ERROR,
  GRPC_STATUS,
];

/** A status or code among the members of a context, or of one of its objects. */
function inContext(context: Readonly<Record<string, unknown>>, name: RegExp, form: RegExp): string | undefined {
  const inner = Object.values(context).filter((value) => typeof value === 'object' && value !== null);
  for (const holder of [context, ...inner.slice(0, 10)]) {
    for (const [key, value] of Object.entries(holder).slice(0, 100)) {
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      if (name.test(key.slice(0, 40).toLowerCase().replace(/[-_.]/g, '')) && form.test(String(value).slice(0, 80))) {
        return String(value);
      }
    }
  }
  return undefined;
}

function firstOf(match: RegExpExecArray | null): string | undefined {
  return match?.slice(1).find((found) => found !== undefined && found !== '');
}
