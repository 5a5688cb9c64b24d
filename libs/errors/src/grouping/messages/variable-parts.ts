import { HOST_NAME, inAnyCase, KNOWN_NAME } from './known-names.js';

const MONTH = String.raw`(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?`;
const WEEKDAY = String.raw`(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,?`;
const ZONE = String.raw`(?:\s?(?:Z|UTC|GMT|[A-Z]{2,4}T)\b)?(?:\s?[+-]\d{2}:?\d{2}(?!\d))?(?:\s?\([A-Z][A-Za-z ]{2,40}\)|\[[A-Za-z_]{2,20}(?:\/[A-Za-z_]{2,30})?\])?`;
const CLOCK = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[AaPp]\.?[Mm]\b\.?)?`;
const DAY = String.raw`\d{1,2}(?:st|nd|rd|th)?`;

/** Dates as RFC 3339, 9110, 5322, logs, runtimes and people write them, the longer forms first; each with its time. */
const DATES = [
  String.raw`\d{4}-\d{2}-\d{2}`,
  String.raw`\d{4}[/.]\d{1,2}[/.]\d{1,2}`,
  String.raw`\d{4}-W\d{2}(?:-\d)?|\d{4}-\d{2}(?![\d-])`,
  String.raw`\d{1,2}[.-]\d{1,2}[.-]\d{4}(?![\d.])|\d{1,2}\/\d{1,2}\/(?:\d{4}|\d{2})(?![\d.])`,
  String.raw`\d{8}T?(?=\d{6}Z)\d{6}`,
  String.raw`(?:${WEEKDAY} )?${DAY}[ /.-](?:of )?${MONTH}(?:[ /.,-]{1,2}\d{4}|[ -]\d{2}(?!\d))?`,
  String.raw`(?:${WEEKDAY} )?${MONTH} {1,2}${DAY}(?!\d)(?:,? \d{4}(?!\d))?`,
  // Months of other languages.
  String.raw`${DAY}\.? (?:de )?[a-zA-Z\u00c0-\u024f\u0400-\u04ff]{3,12}\.? (?:de )?(?:19|20)\d{2}`,
  String.raw`${MONTH} \d{4}`,
  String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day`,
  String.raw`(?<=\b(?:in|for|of|since|until) )${MONTH}(?!\w)`,
].join('|');
const DATE = String.raw`(?<![\w:-]|(?<!\.)\.|(?<![\dZ])\/)(?:${DATES})(?:,?(?:[T :]| at )${CLOCK}${ZONE}(?: \d{4}(?!\d))?|Z)?(?!\w|\/(?!\d{4}-))`;
const TIME = String.raw`(?<![\w.:])(?:\d{1,4}\.)?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?(?![\d:])${ZONE}|(?::\d{2})?\s?[AaPp]\.?[Mm]\b\.?)(?![\w:])|(?<![\w.:])\d{1,2}:\d{2} ?[-–—] ?\d{1,2}:\d{2}(?![\w:])`;

const HEX_GROUP = '[0-9a-fA-F]{1,4}';
const IPV4 = String.raw`(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.-]{0,64}[a-zA-Z])(?:\/\d{1,2}(?!\d))?(?::\d{1,5}(?!\d))?|\*\*\*(?:\.\*\*\*){3}(?::\d{1,5})?`;
const IPV6 = String.raw`(?<![\w:])\[?(?=[0-9a-fA-F:]{0,40}(?:\d|::\]))(?:(?:${HEX_GROUP}:){3,7}${HEX_GROUP}|(?:${HEX_GROUP}:){1,7}(?::${HEX_GROUP}){1,6}|::(?:[fF]{4}:(?=\d{1,3}\.))?${HEX_GROUP}(?::${HEX_GROUP}){0,6}|(?:${HEX_GROUP}:){1,7}:)(?:(?:\.\d{1,3}){3})?(?:%\w{1,16})?(?:\/\d{1,3})?(?:\](?::\d{1,5}(?!\d))?|(?::\d{5})?(?![\w:]))`;
/** Names that only their place shows to be those of hosts. */
const NAMED_HOST = [
  String.raw`(?<=\bDNS:)[\w.*-]{1,253}(?:, ?DNS:[\w.*-]{1,253}){0,50}`,
  String.raw`(?<=\b(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME|getaddrinfo|Could not resolve host:|Name or service not known:|lookup) )(?!(?:ENOTFOUND|EAI_AGAIN|lookup|failed|error)\b)[\w.-]{1,253}(?::\d{1,5})?`,
  String.raw`(?<=\b(?:host|hostname|host name|server|node|peer|upstream|broker|domain)[ =])(?=[\w.-]{0,100}[-.\d])[a-zA-Z][\w.-]{0,252}\w(?::\d{1,5})?(?![\w@])`,
  String.raw`(?<=\b(?:to|at|from|on|connect|via|proxy|host|server|E[A-Z]{4,12}) )[a-zA-Z][\w-]{0,62}:\d{2,5}(?![\w:.])`,
  String.raw`(?<![\w./@:-])(?=[a-zA-Z]{0,62}[-.\d])[a-zA-Z][\w-]{0,62}(?:\.[\w-]{1,62}){0,6}(?<!\.(?:[cm]?[jt]sx?|py|java|kt|cs|rb|go|php|rs|cc?|cpp|h|scala|vue|swift|dart)):\d{2,5}(?![\w:.])`,
].join('|');

/** Endings of files that hold data, so that another file is the same failure. */
export const DATA_FILE = inAnyCase(
  'csv|tsv|pdf|png|jpe?g|gif|webp|bmp|tiff?|heic|svg|mp[34]|mov|avi|wav|txt|log|xlsx?|docx?|pptx?|odt|zip|t?gz|tar|bz2|7z|rar|tmp|bak|parquet|avro|eml|ics|dat|bin|pid|lock',
);
const UNIT = 'bytes?|[kKMGTPE]i?[bB]|[kMGT]i?bps|[kKMG]bit/s|kB/s|MB/s|B';
const TIME_UNIT =
  'milliseconds?|microseconds?|nanoseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|msecs?|secs?|mins?|hrs?|ms|µs|us|ns|s|m|h|d';
const NUMBER = String.raw`[-+]?\d+(?:[.,_' ]\d{3}(?!\d))*(?:[.,]\d+)*`;

/** What varies from one occurrence to the next, the widest forms first. One pass, so that no rule sees another's result. */
const VARIABLE_PARTS: readonly (readonly [name: string, pattern: string])[] = [
  ['kept', KNOWN_NAME],
  ['masked', String.raw`\*{3,4}(?:-\*{2,4}){2,3}|\*{3}REDACTED\*{3}`],
  // What a browser says it is (RFC 9110, 10.1.5).
  ['agent', String.raw`\bMozilla\/\d\.\d(?: \([^()\n]{1,200}\)| [\w.-]{1,40}\/[\w.*-]{1,40}| Mobile){0,12}`],
  [
    'email',
    String.raw`(?<![\w.%+*-])[\w.%+*-]{1,64}@(?=[\w.-]{0,255}\.)[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,8}`,
  ],
  // Names of directories and certificates (RFC 4514).
  [
    'name',
    String.raw`\b(?:Dr|Mrs?|Ms|Prof|Herr|Frau|Mme|Sra?)\.? (?:[A-Z]\. ){0,3}[A-Z][\w'\u00c0-\u024f-]{1,40}(?: [A-Z][\w'\u00c0-\u024f-]{1,40})?|\b(?:cn|CN|uid|UID|ou|OU)=[^,=\n]{1,80}(?:, ?(?:cn|ou|dc|o|l|st|c|CN|OU|DC|O|L|ST|C)=[^,=\s'"()]{1,80}){1,12}`,
  ],
  ['url', String.raw`\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|(?:data|blob|mailto|urn|arn):)[^\s'"<>()]+`],
  ['date', `${DATE}|${TIME}`],
  [
    'uuid',
    String.raw`(?<![\w/.-])[\w.-]{1,40}\/[\w.-]{1,100}#\d{1,9}\b|\{?\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b\}?|\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b`,
  ],
  [
    'mac',
    String.raw`(?<![\w:.-])(?:(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}|[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4}){2})(?![\w:])`,
  ],
  // As Java writes where it connects to, with a name or without.
  ['ip', String.raw`(?<![\w.*-])[\w.*-]{1,253}\/<unresolved>:\d{1,5}(?!\d)`],
  [
    'ip',
    String.raw`(?<![\w.-])(?:[a-zA-Z][\w.-]{0,253})?\/(?:\d{1,3}(?:\.\d{1,3}){3}|\*{3}(?:\.\*{3}){3}):\d{1,5}(?!\d)`,
  ],
  ['uuid', String.raw`\brefs\/(?:heads|tags|remotes)\/[\w./-]{1,200}`],
  ['ip', `${IPV4}|${IPV6}`],
  [
    'path',
    String.raw`(?<![\w.<])(?:[A-Za-z]:|\.{1,2}|~)?(?:[\\/]{1,2}[\w.@*+%~-]{1,100}(?:(?: [\w.@()+-]{1,40}){1,3}(?=\\))?){1,32}[\\/]?(?:\?[\w.%=&+~-]{1,300})?`,
  ],
  ['host', `${HOST_NAME}|${NAMED_HOST}`],
  [
    'quoted',
    String.raw`(?<![\w\\])'[^'\n]{0,200}'(?!\w)|"[^"\n]{0,200}"|\x60[^\x60\n]{0,200}[\x60']|“[^”\n]{0,200}”|‘[^’\n]{0,200}’|«[^»\n]{0,200}»|»[^«\n]{0,200}«|„[^“”\n]{0,200}[“”]`,
  ],
  ['phone', String.raw`\+(?<![\w+].)\d{1,3}[ -]?\(?\d{1,5}\)?(?:[ -]?\d{2,5}){1,5}(?!\w)`],
  ['bytes', String.raw`[0-9a-f](?<![\w.:-].)[0-9a-f](?: [0-9a-f]{2}){3,64}(?!\w)`],
  ['cron', String.raw`[\d*](?<![\w*/.].)[\d*/,-]{0,20} (?:[\d*][\d*/,-]{0,20} ){3,4}[\d*][\d*/,-]{0,20}(?![\w*])`],
  ['size', String.raw`(?<![\w.])${NUMBER}\s?(?:${UNIT})(?!\w)`],
  [
    'duration',
    String.raw`(?<![\w.])(?:${NUMBER}\s?(?:${TIME_UNIT})(?!\w),?\s?(?:and\s)?)+|\bP(?:\d+D)?T?(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)(?!\w)|(?<![\w.])(?:\d{1,4}(?:\.\d{1,9})?(?:ms|µs|us|ns|[hms])){2,4}(?!\w)`,
  ],
  ['boolean', String.raw`\b(?:true|false|True|False|TRUE|FALSE)\b|(?<=[=:]\s?)(?:yes|no|on|off)(?=[,;)\]}]|$)`],
  [
    'zone',
    String.raw`\b(?:us|eu|ap|sa|ca|me|af|il|cn)(?:-gov)?-(?:north|south|east|west|central){1,2}-\d\b|\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)(?:\/[A-Z][\w+-]{1,30}){1,2}`,
  ],
  ['locale', String.raw`(?<![\w.-])[a-z]{2,3}(?:[-_][A-Z][a-z]{3})?[-_][A-Z]{2}(?:\.(?:utf|UTF)-?8)?(?![\w-])`],
  ['file', String.raw`(?<![\w.])[\w.-]{1,100}\.(?:${DATA_FILE})(?![\w.(]| is (?:not|undefined))`],
  [
    'base64',
    String.raw`(?<![\w+/=-])(?=[A-Za-z0-9+/]{0,100}\d)(?=[A-Za-z0-9+/]{0,100}[a-z])(?=[A-Za-z0-9+/]{0,100}[A-Z])[A-Za-z0-9+/]{20,}={0,2}(?![\w+/])`,
  ],
  [
    'assigned',
    String.raw`(?<=\b(?:user(?:name)?|customer|account|tenant|client|owner|login|host(?:name)?|name|email|session|city|sku|file|device|sensor|printer|u?id)['"\x60]?=)[A-Za-z][\w.@-]{0,60}(?=[\s,;)\]}&]|$)|(?<=\b(?:user(?:name)?|customer|account|tenant|owner|login|host(?:name)?): )[A-Za-z][\w.@-]{0,60}(?=[,;)\]}]|$)|(?<=\b(?:locale|time ?zone|date|timestamp|number|amount|value|input|e-?mail|phone)(?: information)?(?: (?:provided|specified|given|supplied|entered))?: )(?!(?:null|undefined|nil|none|None|NaN)$)[A-Za-z][\w.@+/-]{0,60}$|(?<=\bfor )[\w.@-]{1,60}(?= from [\d*])|(?<=\b(?:[Ii]tem|[Pp]roduct|[Aa]rticle|SKU|[Ss]ku|[Oo]rder|[Ii]nvoice|[Cc]ustomer|[Aa]ccount|[Vv]ehicle|[Cc]oupon|[Vv]oucher|[Tt]icket|[Ss]hipment|[Pp]arcel|[Bb]ooking|[Ff]light|[Dd]evice|[Aa]sset|[Pp]art) )[A-Z]{1,8}(?:-[A-Z]{1,8}){1,6}(?![\w-])|(?<=\)=|\bvalue is )\([^()\n]{1,200}\)`,
  ],
  [
    'version',
    String.raw`(?<![\w.-])[-+]?\d+(?:\.\d+)?[eE][-+]?\d{1,3}(?!\w)|(?<![\w.-])v?\d{1,5}(?:\.\d{1,6}){1,3}(?:-?(?:alpha|beta|rc|pre|dev|next|canary|snapshot|SNAPSHOT)[\w.]{0,20})?(?:\+[\w.]{1,40})?(?![\w-])`,
  ],
  [
    'word',
    String.raw`(?<![\w$-])[-+]?[\w$-]*\d[\w$-]*(?:[.,:'_ ]\d+(?![\w-]))*|(?<![\w-])[a-f]{8,64}(?![\w-])|(?<=\w@)[0-9a-f]{1,16}\b`,
  ],
];

/** Each part is a group of its own, in this order; groups by name would cost an object for each match. */
const ANY_VARIABLE_PART = new RegExp(VARIABLE_PARTS.map(([, pattern]) => `(${pattern})`).join('|'), 'g');

/** A part that varies, and where it stands. */
export interface VariablePart {
  readonly kind: string;
  readonly text: string;
  readonly before: string;
  readonly after: string;
}

/** The text with every part that may vary replaced by what is made of it. */
export function replaceVariableParts(text: string, replace: (part: VariablePart) => string): string {
  return text.replace(ANY_VARIABLE_PART, (...match: unknown[]) => {
    const offset = match.at(-2) as number;
    const found = match[0] as string;
    const place = match.findIndex((group, index) => index > 0 && group !== undefined);
    return replace({
      kind: VARIABLE_PARTS[place - 1]?.[0] ?? '',
      text: found,
      before: text.slice(Math.max(0, offset - 40), offset),
      after: text.slice(offset + found.length, offset + found.length + 60),
    });
  });
}
