/**
 * Names that hold digits and yet are names: character sets, digests, ciphers, protocols, formats and numeric types. What is
 * called by one of them is another failure than what is called by the next.
 */
export const NAMES_WITH_DIGITS = [
  // Character sets (IANA) and the names that runtimes have for them.
  String.raw`utf[-_ ]?(?:7|8|16|32)(?:[-_ ]?[lb]e)?(?:mb[34])?(?:[-_ ]sig)?|ucs[-_]?[24](?:[lb]e)?`,
  String.raw`iso[-_ ]?8859[-_]\d{1,2}|iso[-_]2022[-_](?:jp|kr|cn)|latin[-_]?\d{1,2}|(?:windows|cp|ibm)[-_]?\d{3,5}`,
  String.raw`koi8[-_][ru]|big5(?:[-_]?hkscs)?|gb[-_]?(?:2312|18030)|tis[-_]620|jis[-_]?x?\d{4}|base(?:16|32|36|58|62|64)(?:url)?`,
  // Digests, ciphers, curves, signatures.
  String.raw`sha[-_]?[123](?:[-_/]\d{3})?|sha[-_]?(?:224|256|384|512)|md[245]|crc[-_]?(?:16|32|64)c?|blake[23][bs]?|ripemd[-_]?160`,
  String.raw`aes[-_]?(?:128|192|256)(?:[-_](?:gcm|cbc|ctr|ecb|ccm|ofb|cfb))?|3des|des3|rc[245]|chacha20(?:[-_]poly1305)?|argon2(?:id|i|d)?`,
  String.raw`(?:rsa|dsa)[-_]?\d{4}|secp\d{3}[kr]1|prime256v1|[pb][-_](?:224|256|384|521)|(?:ed|x)(?:25519|448)|(?:hs|rs|es|ps)(?:256|384|512)|es256k`,
  // Protocols, formats, platforms, products.
  String.raw`(?:tls|ssl)[ _]?v?\d(?:\.\d)?|https?[-/ ]?[123](?:\.[01])?|h2c?|h26[45]|ipv[46]|oauth[-_ ]?[12](?:\.\d)?|x\.?509|pkcs#?\d{1,2}`,
  String.raw`s3|ec2|k8s|log4j2?|i18n|l10n|a11y|e2e|p2p|b2[bc]|2fa|mp[34]|mpeg[-_]?\d|jpeg2000|html5|css3|web3|neo4j|db2|sqlite3?|x86(?:[-_]64)?|x64`,
  String.raw`(?:arm|amd|aarch|win|mac)(?:32|64)|es(?:[5-9]|20\d\d)|u?int(?:8|16|32|64|128)|float(?:16|32|64)|decimal(?:32|64|128)|[iuf](?:8|16|32|64)|7z|bzip2|lz4|v8`,
];

/** Part of a pattern that finds one of them as a whole word, in any case. */
export const KNOWN_NAME = String.raw`(?<![\w.-])(?:${NAMES_WITH_DIGITS.map(inAnyCase).join('|')})(?![\w-]|:\/\/)`;

/** Patterns have no flag for a part of them on the oldest Node that is served. */
export function inAnyCase(pattern: string): string {
  return pattern.replace(/\\.|\[[^[\]]{0,40}\]|[a-z]/g, (found) => {
    if (found.startsWith('\\')) return found;
    const letters = found.replace(/[^a-z]/g, '').toUpperCase();
    return found.length === 1 ? `[${found}${letters}]` : `${found.slice(0, -1)}${letters}]`;
  });
}

/** Last labels by which a name of two labels is one of a host; others are as often properties (`order.id`). */
const SURE_ENDS =
  'com|org|net|io|dev|cloud|internal|local|lan|corp|intranet|home|example|invalid|arpa|ai|co|biz|xyz|edu|gov|mil|eu|de|fr|nl|ch|es|se|dk|fi|pl|cz|be|ie|pt|ru|ua|jp|cn|kr|au|nz|br|ca|uk';

/** The same for three labels and more. */
const ENDS = `${SURE_ENDS}|app|info|online|site|store|shop|tech|test|svc|consul|cluster|at|it|no|in|us|mx|ar|za|il|tr|gr|hu|ro|sk|si|bg|lt|lv|ee|is|sg|hk|tw|th|vn|my|ph|id|tv|me|sh|gg|to|ly|so`;

const LABEL = String.raw`[a-zA-Z0-9](?:[\w-]{0,62})`;
const PORT = String.raw`(?::\d{1,5}(?!\d))?`;
const ROUTE = String.raw`(?:\/[^\s'"<>()\[\],;]{0,500})?`;

/** Part of a pattern that finds names of hosts, with port and path; packages (`com.example.Shop`) are none. */
export const HOST_NAME = [
  String.raw`(?<![\w.@$/\\-])(?!(?:com|org|net|io|java|javax|jakarta|android|androidx|kotlin|system|microsoft)\.)`,
  String.raw`(?:(?:${LABEL}\.){2,8}(?:${ENDS})|${LABEL}\.(?:${SURE_ENDS})(?! is (?:not|undefined|null))|localhost)`,
  String.raw`(?![\w(-]|\.\w|\s\()${PORT}${ROUTE}`,
].join('');

/** Nouns whose quoted or assigned word is a piece of data, so that another word is the same failure. */
export const DATA_NOUN =
  /\b(?:users?|usernames?|customers?|accounts?|tenants?|clients?|members?|persons?|people|employees?|guests?|logins?|owners?|authors?|contacts?|patients?|students?|players?|buyers?|sellers?|vendors?|suppliers?|orders?|invoices?|payments?|products?|items?|articles?|sku|files?|filenames?|documents?|images?|photos?|attachments?|uploads?|sessions?|tickets?|hosts?|hostnames?|servers?|peers?|nodes?|pods?|devices?|machines?|instances?|names?|titles?|values?|inputs?|strings?|parsing|texts?|literals?|numbers?|integers?|floats?|doubles?|dates?|times?|timestamps?|datetimes?|uuids?|ids?|guids?|emails?|e-mails?|mails?|recipients?|senders?|address(?:es)?|city|cities|street|phones?|coupons?|vouchers?|promos?|barcodes?|slugs?|urls?|uris?|links?|paths?|lines?|words?|query|search|terms?|records?|rows?|entry|entries|keywords?|subjects?|domains?|books?|cars?|rooms?|stores?|shops?|teams?|calendars?|albums?|playlists?|boards?|campaigns?|courses?|lessons?|recipes?|dish(?:es)?|stations?|sites?|buildings?|clinics?|hotels?|venues?|locations?|places?|tournaments?|sensors?|printers?|cameras?|gateways?|meters?|wards?|schools?|farms?|warehouses?|depots?|vehicles?|trucks?|shipments?|parcels?|trips?|flights?|bookings?|reservations?|appointments?|exams?|posts?|comments?|chats?|conversations?|episodes?|songs?|movies?|company|companies|projects?|repository|branch|commits?|enum \w{1,40}|(?:shipping|payment|delivery) methods?|type (?:uuid|integer|bigint|numeric|date|timestamp|json|boolean|inet|smallint|double precision)|base \d\d?)$/i;

/** Nouns whose word is part of the program or its schema, so that another word is another failure. */
export const SCHEMA_NOUN =
  /\b(?:encodings?|codecs?|charsets?|character sets?|collations?|locales?|properties|property|columns?|column index \d{1,6},|fields?|attributes?|tables?|relations?|schemas?|databases?|functions?|procedures?|(?<!(?:shipping|payment|delivery) )methods?|modules?|packages?|classes|class|types?|constraints?|index(?:es)?|triggers?|roles?|extensions?|operators?|parameters?|params?|arguments?|args?|options?|flags?|settings?|variables?|env|commands?|events?|permissions?|scopes?|plugins?|features?|elements?|directives?|components?|namespaces?|templates?|partials?|views?|routes?|queues?|topics?|jobs?|services?|providers?|dependency|headers?|cookies?|algorithms?|ciphers?|protocols?|schemes?|formats?|units?|currency|folders?|director(?:y|ies)|buckets?|codes?|status|states?|sqlstate|reading|evaluating|import|export|key|keys|path expression|placeholder|connection strings?|sections?|storyboards?|bean|entity|entities|models?|metadata|object names?|selector|variant|relationship|definition|drivers?|guards?|middleware|variables|cast to|symbol|identifier|token|action|operation|op|mode|kind|level|reason|errors?|at path)(?: names?)?$/i;
