import { JSON_POINTER, project, resolvePointer } from './json-pointer.js';

// The document and its pointers are those of RFC 6901 §5.
const DOCUMENT = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'm~n': 8, ' ': 7 };

describe('JSON Pointer', () => {
  it.each([
    ['', DOCUMENT],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/foo/2', undefined],
    ['/foo/01', undefined],
    ['/foo/length', undefined],
    ['/foo/0/x', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
  ])('resolves "%s"', (pointer, expected) => {
    expect(resolvePointer(DOCUMENT, pointer)).toEqual(expected);
    expect(pointer).toMatch(JSON_POINTER);
  });

  it.each(['foo', '/~', '/~2', '/a~'])('does not match "%s"', (text) => {
    expect(text).not.toMatch(JSON_POINTER);
  });

  it('projects', () => {
    expect(project(DOCUMENT, ['/foo/1', '/nothing'])).toEqual({ '/foo/1': 'baz' });
    expect(project(null, ['/a'])).toEqual({});
  });
});
