import { differingFields } from './differing-fields.js';

describe('fields in which requests differ', () => {
  it.each<[unknown, unknown, string[]]>([
    [{ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, []],
    [{ a: 1 }, { a: '1' }, ['a']],
    [{ a: 1 }, {}, ['a']],
    [{}, { a: null }, ['a']],
    [{ a: null }, { a: {} }, ['a']],
    [{ a: { b: 1, c: 2 } }, { a: { b: 2, d: 2 } }, ['a.b', 'a.c', 'a.d']],
    [{ a: [{ b: 1 }, 2] }, { a: [{ b: 2 }] }, ['a.0.b', 'a.1']],
    [{ a: [1] }, { a: { 0: 1 } }, ['a']],
    [1, 2, ['the body']],
    [[], {}, ['the body']],
    [null, {}, ['the body']],
  ])('of %j and %j are %j', (a, b, expected) => {
    expect(differingFields(a, b)).toEqual(expected);
  });
});
