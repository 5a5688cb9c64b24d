import { DATA_NOUN } from './known-names.js';

/** What something is called, in brackets or quotes behind its number: `Sensor <id> (greenhouse-north)`. */
export const LABEL = /\b([A-Za-z]{2,20}) (?:[Nn]o\.? ?|#)?<id> (?:\(([^()\n]{2,60})\)|("[^"\n]{2,60}"))/g;

/** Things of which there are many, each with a name that people gave it. */
const THING =
  /^(?:sensors?|devices?|machines?|printers?|cameras?|scanners?|meters?|gateways?|beacons?|robots?|vehicles?|cars?|trucks?|vans?|bus|drones?|turbines?|pumps?|valves?|thermostats?|locks?|doors?|kiosks?|terminals?|stations?|rooms?|desks?|lockers?|racks?|probes?|trackers?|inverters?|chargers?|batter(?:y|ies)|sites?|buildings?|warehouses?|depots?|hubs?|antennas?|routers?|switch(?:es)?|modems?|boilers?|freezers?|fridges?|tanks?|beds?|wards?|clinics?|hotels?|farms?|tenants?|schools?|courses?|branch(?:es)?)$/i;

/** Behind these the whole word is of one case: `'id'=88120`, `orderId: 9cafe-test`, `model [App\Order] 7-a`. */
const BEHIND_ID =
  /(?:(?:^|[^A-Za-z])(?:id|Id|ID|uuid|UUID|guid|GUID|pk|PK|identifier|slug|sku|SKU)|[a-z](?:Id|ID|_id|Uuid|UUID))(?:s|\(s\))?['"\x60)\]]{0,2}(?:\s?(?:=>?|:|#|\()\s?|\s)['"(]?$|\bmodel ["[][\w\\]{1,32}["\]] $/;

/** Whether a word with digits is wholly of one case, also the letters in it: behind the word for an id, or for a thing as in `Camera cam-hall-03`. */
export function isBehindNoun(before: string): boolean {
  return BEHIND_ID.test(before) || THING.test(/ ?([A-Za-z]{2,20}) $/.exec(before)?.[1] ?? '');
}

/** People and companies, whose names are one word often enough. */
const WITH_NAME =
  /^(?:users?|customers?|tenants?|clients?|members?|persons?|employees?|guests?|patients?|students?|players?|vendors?|suppliers?|company|shops?|stores?|teams?)$/i;

/** Parts of words that say in which state something is: `in-transit`, `past-due`, `timed-out`. */
const OF_STATE =
  /(?:^|[-_ ])(?:in|on|off|not|no|past|pre|post|read|write|only|out|over|under|up|down|non|opt|half|semi|to|be|by|at|re|un|is|has|too|of|await(?:s|ing)|waiting|pending|[a-z]{2,20}(?:ed|able))(?:$|[-_ ])/;

/**
 * Whether what stands in brackets behind the number of something is what it is called, and so of one case as the number is: compounds such
 * as `greenhouse-north`, names such as `Acme Ltd`. A state (`locked`, `past-due`) or a signal (`SIGKILL`) is none, nor is the name of a program's own part.
 */
export function isNameOfThing(noun: string, label: string): boolean {
  const isThing = THING.test(noun) || DATA_NOUN.test(noun);
  if (!isThing) return false;
  if (/^"[^"]{1,58}"$/.test(label)) return true;
  const [, place] = /^([A-Za-z]{2,20}) (?:[A-Z]|<id>)(?![\w-])/.exec(label) ?? [];
  if (place !== undefined && THING.test(place)) return true;
  if (/^(?:[a-z\u00df-\u00ff]{1,20}|<id>)(?:[-_](?:[a-z\u00df-\u00ff]{1,20}|<id>)){1,5}$/.test(label))
    return !OF_STATE.test(label);
  const isTitle = /^[A-Z\u00c0-\u00de][\w\u00c0-\u024f'.&-]{0,30}(?: [\w\u00c0-\u024f'.&-]{1,30}){0,4}$/.test(label);
  return (
    isTitle && /[a-z]/.test(label) && (label.includes(' ') ? !OF_STATE.test(label.toLowerCase()) : WITH_NAME.test(noun))
  );
}

/** What came last before a failure, by its kind: `last packet PINGREQ`. */
const LAST =
  /(?<=\b[Ll]ast (?:known |seen |received |sent )?(?:packet|message|command|frame|request|opcode|operation|op|query|heartbeat|event|method|verb|instruction)(?: (?:type|kind|received|sent|seen|was|is))?:? )(?:[A-Z][A-Z_]{2,30}|[a-z]{2,30}(?:[._-][a-z]{2,30}){1,4})(?![\w-])/g;

/** A text without the kind of what came last, which is of the case and not of the failure. */
export function withoutLast(text: string): string {
  return text.includes('ast ') ? text.replace(LAST, '<id>') : text;
}
