type Fields = Readonly<Record<string, unknown>>;

/** Names that parts of an event had before (Relay, "relay-event-schema"); raven clients still use some. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  'sentry.interfaces.Breadcrumbs': 'breadcrumbs',
  'sentry.interfaces.Contexts': 'contexts',
  'sentry.interfaces.Exception': 'exception',
  'sentry.interfaces.Http': 'request',
  'sentry.interfaces.Message': 'logentry',
  'sentry.interfaces.Stacktrace': 'stacktrace',
  'sentry.interfaces.User': 'user',
  'sentry.interfaces.threads': 'threads',
};

const FORMER = Object.entries(FORMER_NAMES);

/** The event with its parts under their present names; a part that is there under both keeps the present one. */
export function inPresentNames(event: Fields): Fields {
  const former = FORMER.filter(([name, present]) => name in event && isMissing(event[present]));
  return former.length === 0
    ? event
    : { ...event, ...Object.fromEntries(former.map(([name, present]) => [present, event[name]])) };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}
