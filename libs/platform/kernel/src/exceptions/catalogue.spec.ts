import { DEFAULT_SEVERITY } from '../error-category.js';
import { EXCEPTION_FAMILIES } from './catalogue.js';

describe('the exceptions', () => {
  const families = EXCEPTION_FAMILIES.map(({ base, leaves }) => ({
    base: new base(),
    leaves: leaves.map((leaf) => new leaf()),
  }));
  const all = families.flatMap(({ base, leaves }) => [base, ...leaves]);

  it('are 57 in 14 families', () => {
    expect(families.length).toBe(14);
    expect(families.flatMap(({ leaves }) => leaves).length).toBe(57);
  });

  it('have a code each, a category, a kind and a severity', () => {
    expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
    for (const { code, kind, severity, name, message } of all) {
      expect(code).toMatch(/^[A-Z_]+\.[A-Z0-9_]+$/);
      expect(Object.keys(DEFAULT_SEVERITY)).toContain(kind);
      expect(severity).toBeTruthy();
      expect(name).toMatch(/Error$/);
      expect(message).not.toBe('');
    }
  });

  it('clash with no built-in of JavaScript', () => {
    expect(all.map(({ name }) => name).filter((name) => name in globalThis)).toEqual([]);
  });

  it('keep their cause and details', () => {
    const cause = new Error('behind it');
    const [family] = EXCEPTION_FAMILIES;
    const exception = new (family?.leaves[0] ?? Error)('text', { cause, details: { a: 1 } });
    expect(exception).toMatchObject({ message: 'text', cause, details: { a: 1 } });
  });
});
