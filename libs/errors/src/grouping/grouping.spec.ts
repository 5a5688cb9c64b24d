import fc from 'fast-check';
import { groupingOf } from './grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { parseStack } from './stack-frames.js';

function keyOf(errorType: string, errorMessage: string, stack = '', more: Partial<Occurrence> = {}): string {
  const at = '2026-11-24T10:00:00.000Z';
  const absent = { stackTrace: null, correlationId: null, userId: null, endpoint: null, method: null };
  const nowhere = { sourceFile: null, sourceLine: null, release: null, environment: null, user: null };
  const empty = { context: {}, causes: [], tags: {}, breadcrumbs: [], contexts: {}, frames: parseStack(stack) };
  return groupingOf({
    errorId: 'x',
    timestamp: at,
    receivedAt: at,
    severity: 'high',
    category: 'unknown',
    service: 's',
    errorType,
    errorMessage,
    ...absent,
    ...nowhere,
    ...empty,
    ...more,
  }).key;
}

const node = (fn: string, file: string): string => `E: x\n    at ${fn} (${file})\n    at run (node:internal/x:1:1)`;
const python = (line: number, fn: string): string =>
  `Traceback (most recent call last):\n  File "/srv/app/pay.py", line ${line}, in ${fn}\n    charge(card)\nValueError: x`;

describe('groupingOf', () => {
  it.each([
    ['numbers', keyOf('E', 'user 1 not found'), keyOf('E', 'user 22 not found')],
    [
      'ids',
      keyOf('E', 'no 01980f5e-7c1a-7d3e-9a51-0242ac120002'),
      keyOf('E', 'no 01980f5e-7c1a-7d3e-9a51-0242ac120003'),
    ],
    ['lines moved', keyOf('E', 'x', node('f', '/a/b.js:1:2')), keyOf('E', 'y', node('f', '/a/b.js:9:7'))],
    ['another folder', keyOf('E', 'x', node('f', '/a/b.js:1:2')), keyOf('E', 'x', node('async f', '/c/dist/b.ts:1:2'))],
    ['python lines', keyOf('E', 'x', python(3, 'pay')), keyOf('E', 'x', python(8, 'pay'))],
    ['fingerprint', keyOf('A', 'x', '', { fingerprint: ['p'] }), keyOf('B', 'y', '', { fingerprint: ['p'] })],
  ])('keeps together what differs in %s only', (_, a, b) => expect(a).toBe(b));

  it.each([
    ['type', keyOf('A', 'x'), keyOf('B', 'x')],
    ['message', keyOf('E', 'not found'), keyOf('E', 'not allowed')],
    ['function', keyOf('E', 'x', node('f', '/a/b.js:1:2')), keyOf('E', 'x', node('g', '/a/b.js:1:2'))],
    ['python function', keyOf('E', 'x', python(3, 'pay')), keyOf('E', 'x', python(3, 'refund'))],
    ['HTTP status', keyOf('AxiosError', 'status code 503'), keyOf('AxiosError', 'status code 404')],
    ['errno', keyOf('E', 'connect ECONNREFUSED 10.0.0.1:1'), keyOf('E', 'connect ETIMEDOUT 10.0.0.1:1')],
    ['route', keyOf('HttpException', 'x', '', { endpoint: '/a' }), keyOf('HttpException', 'x', '', { endpoint: '/b' })],
  ])('keeps apart what differs in %s', (_, a, b) => expect(a).not.toBe(b));

  it('looks at no more frames than take part', () => {
    let last = 0;
    const frames = Array.from({ length: 250 }, (_, index) => ({
      get function(): string {
        last = Math.max(last, index);
        return `f${index}`;
      },
      file: `/srv/shop/src/part${'abcdefghijklmnopqrstuvwxyz'[index % 26]}.js`,
      inApp: true,
    }));
    const key = keyOf('E', 'x', '', { frames });
    expect(last).toBeLessThan(20);
    expect(key).toBe(keyOf('E', 'x', '', { frames: frames.slice(0, 12) }));
  });

  const identifier = fc.stringMatching(/^[a-z][a-z_]{3,20}$/);
  const failing = (message: string): string =>
    keyOf(
      'QueryError',
      message,
      `E: x\n    at run (/a/node_modules/pg/lib/q.js:1:2)\n    at list (/a/src/tours.js:3:4)`,
    );

  it('keeps apart whatever columns, parameters and views a library names', () => {
    const noun = fc.constantFrom('column', 'relation', 'parameter', 'View', 'bean of type', 'placeholder');
    fc.assert(
      fc.property(noun, identifier, identifier, (what, one, other) => {
        fc.pre(one !== other);
        const said = (name: string): string => failing(`${what} "${name}" does not exist`);
        expect(said(one)).not.toBe(said(other));
      }),
    );
  });

  it('keeps together whatever value a library was given', () => {
    const value = fc.stringMatching(/^[a-zA-Z0-9 .,:;#()äß-]{0,40}$/);
    fc.assert(
      fc.property(value, value, (one, other) => {
        const said = (text: string): string => failing(`invalid input syntax for type uuid: "${text}"`);
        expect(said(one)).toBe(said(other));
      }),
    );
  });

  it('reads a number in whatever digits it is written', () => {
    const scripts = fc.constantFrom(0x30, 0xff10, 0x660, 0x6f0, 0x966);
    fc.assert(
      fc.property(fc.nat(), scripts, (number, zero) => {
        const written = String(number).replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));
        expect(keyOf('E', `order ${written} is closed`)).toBe(keyOf('E', 'order 7 is closed'));
      }),
    );
  });

  it('reads stacks of .NET alike in whatever language they are printed', () => {
    const words = [
      ['at', 'in', 'line'],
      ['bei', 'in', 'Zeile'],
      ['à', 'dans', 'ligne'],
      ['в', 'в', 'строка'],
      ['場所', '場所', '行'],
      ['在', '位置', '行号'],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.nat(9_999), identifier, ([at, where, line], row, method) => {
        const stack = (a: string, b: string, c: string, r: number): string =>
          `E: x\n   ${a} Kasse.Bon.${method}(Int32 von) ${b} C:\\src\\Bon.cs:${c} ${r}`;
        expect(keyOf('E', 'x', stack(at, where, line, row))).toBe(keyOf('E', 'x', stack('at', 'in', 'line', 7)));
        expect(keyOf('E', 'x', stack(at, where, line, row))).not.toBe(keyOf('E', 'x'));
      }),
    );
  });
});
