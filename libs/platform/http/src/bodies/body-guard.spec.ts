import fc from 'fast-check';
import { AppException } from '#platform/kernel';
import { parseJsonBody } from './body-guard.js';

/** What reading comes to: the value, or why it is refused. */
function read(text: string): unknown {
  try {
    return { value: parseJsonBody(text) };
  } catch (error) {
    if (!(error instanceof AppException)) throw error;
    return { code: error.code, details: error.details };
  }
}

describe('reading a JSON body', () => {
  it('comes to the same with and without an escape, which makes every value be looked at', () => {
    const key = fc.oneof(
      { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
      fc.constantFrom('__proto__', 'constructor', 'prototype', '{', '[', '}]'),
    );
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), key),
      list: fc.array(tie('tree'), { maxLength: 3 }),
      object: fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      tree: fc.oneof({ depthSize: 'large' }, tie('leaf'), tie('list'), tie('object')),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify(value);
        expect(read(`{"a":${text}}`)).toEqual(read(`{"\\u0061":${text}}`));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['ten levels', `${'['.repeat(10)}${']'.repeat(10)}`, undefined],
    ['eleven levels', `${'['.repeat(11)}${']'.repeat(11)}`, 'maxDepth'],
    ['brackets in a text', `["${'['.repeat(40)}"]`, undefined],
    ['brackets in a text that seem to close', `[${'["]]]]]]]]]]",'.repeat(10)}1${']'.repeat(11)}`, 'maxDepth'],
    ['a forbidden key', '{"constructor":1}', 'forbiddenKey'],
    ['a forbidden key in escapes', '{"\\u0063onstructor":1}', 'forbiddenKey'],
    ['a forbidden key as a text', '{"a":"constructor"}', undefined],
    ['a NUL', '{"a":"\\u0000"}', 'noNul'],
    ['half a surrogate pair', '{"a":"\\ud800"}', 'wellFormed'],
    ['half a surrogate pair as it is', '{"a":"\ud800"}', 'wellFormed'],
  ])('judges %s', (_, text, code) => {
    const refused = (): unknown =>
      (read(text) as { details?: { errors: { code: string }[] } }).details?.errors[0]?.code;
    expect(refused()).toBe(code);
  });
});
