// What fails in three services, with stacks as Node, Python and Java print them. What a day sees follows from the day.
import { Chance, timeOn, weekdayOf } from './chance.mjs';

const node =
  (...frames) =>
  (head) =>
    [
      head,
      ...frames.map((frame) => `    at ${frame}`),
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
    ].join('\n');
const python =
  (...frames) =>
  (head) =>
    ['Traceback (most recent call last):', ...frames.map(([place, line]) => `  File ${place}\n    ${line}`), head].join(
      '\n',
    );
const java =
  (...frames) =>
  (head) =>
    [head, ...frames.map((frame) => `\tat ${frame}`)].join('\n');

/**
 * `aDay`: about so many; `release`: of a day, or one for all; `triage`: what somebody did about it. What the till in the old warehouse
 * (`3.1.0`) still meets stays resolved: it was fixed in a later release.
 */
export const FAULTS = [
  {
    service: 'shop',
    errorType: 'TypeError',
    severity: 'high',
    category: 'business_logic',
    aDay: 6,
    release: weekly('shop'),
    endpoint: '/cart/:id/total',
    method: 'GET',
    message: () => "Cannot read properties of undefined (reading 'price')",
    stack: node('totalOf (/app/src/cart/total.js:42:19)', 'showCart (/app/src/cart/cart.controller.js:31:12)'),
    triage: {
      assignee: 'demo-developer',
      notes: 'Articles that were taken out of the catalogue while they lay in a cart',
    },
  },
  {
    service: 'shop',
    errorType: 'SearchTimeoutError',
    severity: 'medium',
    category: 'network',
    aDay: 9,
    release: weekly('shop'),
    endpoint: '/search',
    method: 'GET',
    message: (chance) => `The search index did not answer within ${chance.pick([800, 1200, 2000])} ms`,
    stack: node('ask (/app/src/search/index-client.js:77:11)', 'search (/app/src/search/search.js:24:18)'),
    triage: { status: 'ignored', ignoreCount: 1_000, notes: 'Known: the index is rebuilt at night' },
  },
  {
    service: 'shop',
    errorType: 'ImageMissingError',
    severity: 'low',
    category: 'file_system',
    aDay: 3,
    release: weekly('shop'),
    endpoint: '/articles/:sku/image',
    method: 'GET',
    message: (chance) => `No picture for SKU-10${chance.between(10, 99)}`,
    stack: node(
      'openImage (/app/src/articles/images.js:15:9)',
      'sendImage (/app/src/articles/images.controller.js:12:20)',
    ),
  },
  {
    service: 'payments',
    errorType: 'GatewayTimeoutException',
    severity: 'critical',
    category: 'external_api',
    aDay: 4,
    release: () => 'payments@4.1.3',
    returnsIn: 'payments@4.2.1',
    endpoint: '/charges',
    method: 'POST',
    message: (chance) => `No answer of the gateway within ${chance.pick([3000, 5000])} ms`,
    stack: java(
      'com.example.payments.GatewayClient.charge(GatewayClient.java:118)',
      'com.example.payments.ChargeService.capture(ChargeService.java:64)',
    ),
    triage: { status: 'resolved', inRelease: 'payments@4.2.0', notes: 'Retries added' },
  },
  {
    service: 'payments',
    errorType: 'CurrencyMismatchException',
    severity: 'medium',
    category: 'validation',
    aDay: 2,
    release: weekly('payments-api'),
    endpoint: '/refunds',
    method: 'POST',
    message: (chance) => `Refund in ${chance.pick(['EUR', 'JPY'])} of a charge in USD`,
    stack: java(
      'com.example.payments.RefundService.check(RefundService.java:41)',
      'com.example.payments.RefundService.refund(RefundService.java:29)',
    ),
  },
  {
    service: 'warehouse',
    errorType: 'KeyError',
    severity: 'medium',
    category: 'business_logic',
    aDay: 5,
    release: () => 'warehouse@3.1.0',
    endpoint: '/picks',
    method: 'POST',
    message: (chance) => `'SKU-10${chance.between(10, 99)}'`,
    stack: python(
      ['"warehouse/picking.py", line 57, in reserve', 'shelf = shelves[sku]'],
      ['"warehouse/shelves.py", line 23, in find', 'return self._by_sku[sku]'],
    ),
    triage: { status: 'resolved', inRelease: 'warehouse@3.2.0', notes: 'Shelves of new articles are made on demand' },
  },
  {
    service: 'warehouse',
    errorType: 'OperationalError',
    severity: 'high',
    category: 'database',
    aDay: 3,
    release: weekly('warehouse'),
    endpoint: '/stock/:sku',
    method: 'PATCH',
    message: () => 'deadlock detected while updating stock',
    stack: python(
      ['"warehouse/stock.py", line 91, in move', 'cursor.execute(MOVE, (sku, amount))'],
      ['"warehouse/db.py", line 34, in execute', 'return self._connection.execute(sql, values)'],
    ),
  },
];

/** A release each week. */
function weekly(name) {
  return (day) => `${name}@2.${Math.floor(Date.parse(day) / (7 * 86_400_000)) - 2_900}.0`;
}

/** What a whole day saw, at its times. */
export function failuresOf(day) {
  const isWeekend = [0, 6].includes(weekdayOf(day));
  return FAULTS.flatMap((fault) => {
    const chance = new Chance(`failures ${day} ${fault.errorType}`);
    const count = Math.round(fault.aDay * (isWeekend ? 1.4 : 1) * (0.6 + chance.next() * 0.8));
    return Array.from({ length: count }, () => {
      const timestamp = timeOn(day, chance.between(0, 1439)).toISOString();
      return { ...reportOf(fault, fault.release(day), chance), timestamp };
    });
  });
}

/** What happens on the day itself, whenever it is told: among it what was thought to be fixed. */
export function failuresNow(day) {
  return FAULTS.flatMap((fault) => {
    const chance = new Chance(`failures now ${day} ${fault.errorType}`);
    const count = chance.between(1, 3);
    return Array.from({ length: count }, () => reportOf(fault, fault.returnsIn ?? fault.release(day), chance));
  });
}

function reportOf({ service, errorType, severity, category, endpoint, method, ...fault }, release, chance) {
  const message = fault.message(chance);
  const stackTrace = fault.stack(`${errorType}: ${message}`);
  const context = { host: `${service}-${chance.between(1, 3)}` };
  return {
    service,
    errorType,
    message,
    severity,
    category,
    stackTrace,
    endpoint,
    method,
    release,
    environment: 'production',
    context,
  };
}
