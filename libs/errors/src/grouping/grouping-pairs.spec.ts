import { groupingOf } from './grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { parseStack } from './stack-frames.js';

interface Failure extends Partial<
  Pick<Occurrence, 'code' | 'constraint' | 'status' | 'endpoint' | 'fingerprint' | 'causes'>
> {
  type: string;
  message: string;
  stack?: string;
}

function keyOf({ type, message, stack = '', ...more }: Failure): string {
  const at = '2026-11-24T10:00:00.000Z';
  const absent = { stackTrace: null, correlationId: null, userId: null, endpoint: null, method: null };
  const nowhere = { sourceFile: null, sourceLine: null, release: null, environment: null, user: null };
  const empty = { context: {}, causes: [], tags: {}, breadcrumbs: [], contexts: {}, frames: parseStack(stack) };
  const known = { errorId: 'x', timestamp: at, receivedAt: at, severity: 'high', category: 'unknown' } as const;
  return groupingOf({
    ...known,
    service: 's',
    errorType: type,
    errorMessage: message,
    ...absent,
    ...nowhere,
    ...empty,
    ...more,
  }).key;
}

/** A stack as Node prints it; each frame is `function@file:line`. */
const node = (...frames: string[]): string =>
  [
    'Error: x',
    ...frames
      .map((frame) => frame.split('@'))
      .map(([name, file]) => (name ? `    at ${name} (${file}:7)` : `    at ${file}:7`)),
  ].join('\n');

/** A stack as Python prints it; each frame is `function@file:line@source`. */
const python = (...frames: string[]): string =>
  [
    'Traceback (most recent call last):',
    ...frames
      .map((frame) => frame.split('@'))
      .map(([name, place = '', source = 'pass']) => {
        const [file, line] = place.split(':');
        return `  File "${file}", line ${line}, in ${name}\n    ${source}`;
      }),
    'ValueError: x',
  ].join('\n');

const e = (message: string, stack = '', more: Partial<Failure> = {}): Failure => ({
  type: 'Error',
  message,
  stack,
  ...more,
});
const of = (type: string, message: string, stack = '', more: Partial<Failure> = {}): Failure => ({
  type,
  message,
  stack,
  ...more,
});

const SAME: [what: string, one: Failure, other: Failure][] = [
  ['numbers', e('user 42 not found'), e('user 7 not found')],
  ['decimal numbers', e('total 19.99 is negative'), e('total 3 is negative')],
  ['thousands', e('read 1,024 rows'), e('read 3 rows')],
  ['UUIDs', e('no task 01980f5e-7c1a-7d3e-9a51-0242ac120002'), e('no task 6ba7b810-9dad-11d1-80b4-00c04fd430c8')],
  ['e-mail addresses', e('cannot mail ada@example.com'), e('cannot mail bob.b@mail.example.org')],
  ['IP addresses', e('peer 10.0.0.7:443 left'), e('peer 192.168.4.31:8080 left')],
  ['IPv6 addresses', e('peer 2001:db8:0:0:0:0:0:1 left'), e('peer fe80:0:0:0:0:0:0:42 left')],
  ['addresses of pages', e('cannot load https://a.example.com/x?y=1'), e('cannot load http://b.example.com/z')],
  ['times', e('expired at 2026-11-24T10:15:30.000Z'), e('expired at 2026-11-25T00:00:00Z')],
  ['hours of the day', e('slot 10:15:30 is taken'), e('slot 23:59:59 is taken')],
  ['durations', e('timeout of 3000ms exceeded'), e('timeout of 250ms exceeded')],
  ['seconds', e('gave up after 3.4 seconds'), e('gave up after 12 seconds')],
  [
    'hashes',
    e('commit d76b000c2ac958b9939d2c031062a83cdf0011aa is gone'),
    e('commit c031062a83cdf0011aad76b000c2ac958b9939d2 is gone'),
  ],
  ['object ids', e('no order 507f1f77bcf86cd799439011'), e('no order 5f2b8c9e1d3a4b5c6d7e8f90')],
  ['random ids', e('no cart V1StGXR8Z5jdHi6BmyT'), e('no cart uakgbJ31mH39asdT2qWx')],
  ['paths', e("open '/var/data/a/one.csv' failed"), e("open '/var/data/b/two.csv' failed")],
  ['quoted values', e("bad field: name='ada'"), e("bad field: name='bob'")],
  ['memory addresses', of('TypeError', '<Job object at 0x7f3a2c>'), of('TypeError', '<Job object at 0x55d01e>')],
  [
    'positions in JSON',
    of('SyntaxError', 'Unexpected token } in JSON at position 17'),
    of('SyntaxError', 'Unexpected token } in JSON at position 4093'),
  ],
  ['dumps below the second line', e('invalid row\nsee below\n{"a":1}'), e('invalid row\nsee below\n{"b":[2,3]}')],
  ['hosts behind an errno', e('connect ECONNREFUSED 10.0.0.1:5432'), e('connect ECONNREFUSED 10.0.0.9:5432')],
  [
    'messages at one place',
    e('red', node('load@/srv/app/src/cart.js:3')),
    e('blue', node('load@/srv/app/src/cart.js:3')),
  ],
  ['lines', e('x', node('load@/srv/app/src/cart.js:3')), e('x', node('load@/srv/app/src/cart.js:99'))],
  [
    'folders of releases',
    e('x', node('load@/srv/releases/41/cart.js:3')),
    e('x', node('load@/srv/releases/42/cart.js:3')),
  ],
  ['source and build', e('x', node('load@/srv/app/src/index.ts:3')), e('x', node('load@/srv/app/dist/index.js:3'))],
  ['systems', e('x', node('load@C:\\app\\cart.js:3')), e('x', node('load@/srv/app/cart.js:3'))],
  [
    'hashes of bundles',
    e('x', node('load@https://cdn.example.com/main.3f2a9c1b.js:1')),
    e('x', node('load@https://cdn.example.com/main.77aa01ce.js:1')),
  ],
  [
    'hashes of chunks',
    e('x', node('load@https://cdn.example.com/chunk-QWERTYUI.js:1')),
    e('x', node('load@https://cdn.example.com/chunk-ASDFGH22.js:1')),
  ],
  [
    'names of a minifier',
    e('x', node('a@https://cdn.example.com/main.js:1')),
    e('x', node('t@https://cdn.example.com/main.js:1')),
  ],
  ['async', e('x', node('async load@/srv/app/cart.js:3')), e('x', node('load@/srv/app/cart.js:3'))],
  ['aliases', e('x', node('Cart.load [as reload]@/srv/app/cart.js:3')), e('x', node('Cart.load@/srv/app/cart.js:3'))],
  [
    'depth of a recursion',
    e('x', node('walk@/a/t.js:3', 'walk@/a/t.js:3', 'main@/a/t.js:9')),
    e('x', node('walk@/a/t.js:3', 'main@/a/t.js:9')),
  ],
  [
    'depth of a mutual recursion',
    e('x', node('odd@/a/t.js:3', 'even@/a/t.js:5', 'odd@/a/t.js:3', 'even@/a/t.js:5')),
    e('x', node('odd@/a/t.js:3', 'even@/a/t.js:5')),
  ],
  [
    'versions of a library',
    e('x', node('q@/a/node_modules/pg/lib/client.js:3', 'load@/a/cart.js:3')),
    e('x', node('_q@/a/node_modules/pg/lib/query.js:8', 'load@/a/cart.js:3')),
  ],
  [
    'versions of Node',
    e('x', node('load@/a/cart.js:3', 'processTicksAndRejections@node:internal/process/task_queues:95')),
    e('x', node('load@/a/cart.js:3', 'process.processTicksAndRejections@node:internal/process/task_queues:105')),
  ],
  [
    'places in Promise.all',
    e('x', node('load@/a/cart.js:3', 'async Promise.all@index 0')),
    e('x', node('load@/a/cart.js:3', 'async Promise.all@index 3')),
  ],
  [
    'lines of Python',
    of('ValueError', 'x', python('pay@/srv/app/pay.py:3@charge(card)')),
    of('ValueError', 'x', python('pay@/srv/app/pay.py:41@charge(card)')),
  ],
  [
    'libraries of Python',
    of(
      'ValueError',
      'x',
      python('pay@/srv/app/pay.py:3@charge(card)', 'post@/usr/lib/python3.11/site-packages/requests/api.py:1@a'),
    ),
    of(
      'ValueError',
      'x',
      python('pay@/srv/app/pay.py:3@charge(card)', 'send@/usr/lib/python3.12/site-packages/requests/s.py:1@b'),
    ),
  ],
  [
    'comprehensions that Python 3.12 folds',
    of('ValueError', 'x', python('pay@/a/pay.py:3@[f(x) for x in y]', '<listcomp>@/a/pay.py:3@[f(x) for x in y]')),
    of('ValueError', 'x', python('pay@/a/pay.py:3@[f(x) for x in y]')),
  ],
  [
    'numbers of a cause',
    e('x', '', { causes: [{ type: 'E', message: 'row 1' }] }),
    e('x', '', { causes: [{ type: 'E', message: 'row 2' }] }),
  ],
  [
    'words of a constraint',
    of('QueryFailedError', 'duplicate key value violates unique constraint "u"', node('save@/a/repo.js:1'), {
      code: '23505',
      constraint: 'u',
    }),
    of('QueryFailedError', 'duplicate key', node('save@/a/repo.js:1'), { code: '23505', constraint: 'u' }),
  ],
  [
    'everything but the fingerprint',
    e('a', '', { fingerprint: ['checkout'] }),
    of('TypeError', 'b', '', { fingerprint: ['checkout'] }),
  ],
];

const DIFFERENT: [what: string, one: Failure, other: Failure][] = [
  ['type', e('x'), of('TypeError', 'x')],
  ['message', e('not found'), e('not allowed')],
  ['one word', e('cannot open cart 7'), e('cannot close cart 7')],
  ['function', e('x', node('load@/srv/app/cart.js:3')), e('x', node('save@/srv/app/cart.js:3'))],
  ['file', e('x', node('load@/srv/app/cart.js:3')), e('x', node('load@/srv/app/order.js:3'))],
  [
    'folder of an index file',
    e('x', node('handle@/srv/app/src/users/index.js:3')),
    e('x', node('handle@/srv/app/src/orders/index.js:3')),
  ],
  [
    'folder of a page',
    e('x', node('GET@/srv/app/api/users/route.ts:3')),
    e('x', node('GET@/srv/app/api/orders/route.ts:3')),
  ],
  [
    'application of a view',
    of('ValueError', 'x', python('get@/srv/shop/views.py:3@return self.run()')),
    of('ValueError', 'x', python('get@/srv/blog/views.py:3@return self.run()')),
  ],
  [
    'caller',
    e('x', node('load@/a/db.js:3', 'listUsers@/a/users.js:3')),
    e('x', node('load@/a/db.js:3', 'listOrders@/a/orders.js:3')),
  ],
  [
    'function of Python',
    of('ValueError', 'x', python('pay@/srv/app/pay.py:3@f()')),
    of('ValueError', 'x', python('refund@/srv/app/pay.py:3@f()')),
  ],
  [
    'line of source',
    of('ValueError', 'x', python('pay@/srv/app/pay.py:3@charge(card)')),
    of('ValueError', 'x', python('pay@/srv/app/pay.py:9@notify(user)')),
  ],
  [
    'HTTP status of axios',
    of('AxiosError', 'Request failed with status code 503'),
    of('AxiosError', 'Request failed with status code 404'),
  ],
  [
    'HTTP status at one place',
    of('AxiosError', 'Request failed with status code 503', node('get@/a/api.js:1')),
    of('AxiosError', 'Request failed with status code 404', node('get@/a/api.js:1')),
  ],
  [
    'HTTP status of fetch',
    e('HTTP error! status: 404', node('get@/a/api.js:1')),
    e('HTTP error! status: 500', node('get@/a/api.js:1')),
  ],
  [
    'HTTP status of requests',
    of('HTTPError', '404 Client Error: Not Found for url', python('get@/a/api.py:1@r()')),
    of('HTTPError', '503 Server Error: Unavailable for url', python('get@/a/api.py:1@r()')),
  ],
  [
    'HTTP status of urllib',
    of('HTTPError', 'HTTP Error 404: Not Found', python('get@/a/api.py:1@r()')),
    of('HTTPError', 'HTTP Error 500: Oops', python('get@/a/api.py:1@r()')),
  ],
  [
    'status of an exception of Nest',
    of('HttpException', 'Http Exception', '', { status: 404 }),
    of('HttpException', 'Http Exception', '', { status: 409 }),
  ],
  [
    'route of an exception of Nest',
    of('HttpException', 'Http Exception', '', { endpoint: '/users' }),
    of('HttpException', 'Http Exception', '', { endpoint: '/orders' }),
  ],
  ['errno', e('connect ECONNREFUSED 10.0.0.1:1'), e('connect ETIMEDOUT 10.0.0.1:1')],
  [
    'errno at one place',
    e('ENOENT: no such file', node('read@/a/f.js:1')),
    e('EACCES: permission denied', node('read@/a/f.js:1')),
  ],
  [
    'errno of Python',
    of('OSError', '[Errno 28] No space left', python('write@/a/f.py:1@f.write(x)')),
    of('OSError', '[Errno 30] Read-only file system', python('write@/a/f.py:1@f.write(x)')),
  ],
  [
    'status of gRPC',
    e('14 UNAVAILABLE: no connection', node('call@/a/rpc.js:1')),
    e('5 NOT_FOUND: no such user', node('call@/a/rpc.js:1')),
  ],
  [
    'SQLSTATE',
    of('QueryFailedError', 'x', node('save@/a/repo.js:1'), { code: '23505' }),
    of('QueryFailedError', 'x', node('save@/a/repo.js:1'), { code: '23503' }),
  ],
  [
    'constraint',
    of('QueryFailedError', 'x', node('save@/a/repo.js:1'), { constraint: 'users_email' }),
    of('QueryFailedError', 'x', node('save@/a/repo.js:1'), { constraint: 'users_name' }),
  ],
  [
    'constraint in words',
    of('IntegrityError', 'violates unique constraint "a_key"'),
    of('IntegrityError', 'violates unique constraint "b_key"'),
  ],
  [
    'type of the cause',
    e('failed', '', { causes: [{ type: 'TypeError', message: 'x' }] }),
    e('failed', '', { causes: [{ type: 'RangeError', message: 'x' }] }),
  ],
  [
    'message of the cause',
    e('failed', '', { causes: [{ type: 'Error', message: 'disk full' }] }),
    e('failed', '', { causes: [{ type: 'Error', message: 'no route' }] }),
  ],
  [
    'place of the cause',
    e('failed', '', { causes: [{ type: 'Error', message: 'x', stackTrace: node('read@/a/disk.js:1') }] }),
    e('failed', '', { causes: [{ type: 'Error', message: 'x', stackTrace: node('send@/a/net.js:1') }] }),
  ],
  [
    'being caused at all',
    e('failed', node('run@/a/job.js:1')),
    e('failed', node('run@/a/job.js:1'), { causes: [{ type: 'Error', message: 'x' }] }),
  ],
  ['fingerprint', e('x', '', { fingerprint: ['checkout'] }), e('x', '', { fingerprint: ['search'] })],
  [
    'fingerprint beside the default',
    e('x', '', { fingerprint: ['{{ default }}', 'eu'] }),
    e('x', '', { fingerprint: ['{{ default }}', 'us'] }),
  ],
  [
    'default beside a fingerprint',
    e('a', '', { fingerprint: ['{{ default }}', 'eu'] }),
    e('b', '', { fingerprint: ['{{ default }}', 'eu'] }),
  ],
  [
    'kind of broken JSON',
    of('SyntaxError', 'Unexpected token < in JSON at position 0'),
    of('SyntaxError', 'Unexpected end of JSON input'),
  ],
  [
    'property that is missing',
    of('TypeError', "Cannot read properties of undefined (reading 'name')"),
    of('TypeError', "Cannot read properties of undefined (reading 'price')"),
  ],
  [
    'function that is missing',
    of('TypeError', 'cart.load is not a function'),
    of('TypeError', 'cart.save is not a function'),
  ],
  [
    'module that is missing',
    of('ModuleNotFoundError', "No module named 'yaml'"),
    of('ModuleNotFoundError', "No module named 'redis'"),
  ],
  ['unit of a limit', e('heap limit of 64 MB reached'), e('heap limit of 64 objects reached')],
  [
    'library that fails without us',
    e('x', node('q@/a/node_modules/pg/lib/client.js:3')),
    e('x', node('q@/a/node_modules/redis/lib/client.js:3')),
  ],
];

describe('the ledger groups as people do', () => {
  const judged = [
    ...SAME.map(([what, one, other]) => ({ what, isRight: keyOf(one) === keyOf(other) })),
    ...DIFFERENT.map(([what, one, other]) => ({ what, isRight: keyOf(one) !== keyOf(other) })),
  ];

  it(`in at least 95 % of ${judged.length} labelled pairs`, () => {
    expect(Math.min(SAME.length, DIFFERENT.length)).toBeGreaterThanOrEqual(30);
    const wrong = judged.filter(({ isRight }) => !isRight).map(({ what }) => what);
    expect(wrong.length <= judged.length * 0.05 ? [] : wrong).toEqual([]);
  });
});
