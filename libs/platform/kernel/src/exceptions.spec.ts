import { DEFAULT_SEVERITY } from './error-category.js';
import { AppException } from './app-exception.js';
import { EXCEPTIONS } from './exceptions.js';

describe('the exceptions', () => {
  const all = Object.values(EXCEPTIONS).map((Listed) => new Listed());
  const familyOf = (exception: AppException): unknown =>
    Object.values(EXCEPTIONS).find((Listed) => exception instanceof Listed);

  it('are 57 in 14 families', () => {
    expect(new Set(all.map(familyOf)).size).toBe(14);
    expect(all.length).toBe(14 + 57);
    expect(all.every((exception) => exception instanceof AppException)).toBe(true);
    expect(all.map(({ name }) => name)).toEqual(Object.keys(EXCEPTIONS));
  });

  it('have a code each, a category, a kind and a severity', () => {
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
    for (const { code, kind, severity, name, message } of all) {
      expect(code).toMatch(/^[A-Z_]+\.[A-Z0-9_]+$/);
      expect(Object.keys(DEFAULT_SEVERITY)).toContain(kind);
      expect(severity).toBeTruthy();
      expect(name).toMatch(/Exception$/);
      expect(message).not.toBe('');
    }
  });

  it('clash with no built-in of JavaScript', () => {
    expect(all.map(({ name }) => name).filter((name) => name in globalThis)).toEqual([]);
  });

  it('keep their cause and details', () => {
    const cause = new Error('behind it');
    const exception = new EXCEPTIONS.TokenInvalidException('text', { cause, details: { a: 1 } });
    expect(exception).toMatchObject({ message: 'text', cause, details: { a: 1 } });
  });
});
