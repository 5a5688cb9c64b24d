import { isInstant, readSpan } from './instant.validator.js';

describe('isInstant', () => {
  it.each([
    '2026-11-24',
    '2026-11-24T12:00Z',
    '2026-11-24T12:00:00.123456Z',
    '2024-02-29T23:59:59+14:00',
    '1900-01-01',
  ])('takes %s', (text) => expect(isInstant(text)).toBe(true));

  it.each([
    '2026-02-30',
    '2025-02-29T00:00:00Z',
    '2026-13-01',
    '2026-00-10',
    '2026-11-24T24:30:00Z',
    '2026-11-24T12:00:00',
    '2026-W47',
    '2026-329',
    '1899-12-31',
    '',
    'now',
    20261124,
    null,
    ['2026-11-24'],
  ])('refuses %j', (value) => expect(isInstant(value)).toBe(false));
});

describe('readSpan', () => {
  const at = (text: string): Date => new Date(text);

  it('takes a date for its whole day, the last one too', () => {
    expect(readSpan({ since: '2026-11-30', until: '2026-11-30' })).toEqual({
      since: at('2026-11-30T00:00:00Z'),
      until: at('2026-12-01T00:00:00Z'),
    });
    expect(readSpan({ until: '2024-02-29' }).until).toEqual(at('2024-03-01T00:00:00Z'));
    expect(readSpan({ until: '2026-11-30T00:00:00Z' }).until).toEqual(at('2026-11-30T00:00:00Z'));
    expect(readSpan({})).toEqual({});
  });

  it.each([
    ['2026-12-01', '2026-11-30'],
    ['2026-12-01', '2026-11-29'],
    ['2026-11-30T12:00:01Z', '2026-11-30T12:00:00Z'],
    ['2026-12-01T00:00:01Z', '2026-11-30'],
  ])('refuses one that ends before it begins: %s to %s', (since, until) =>
    expect(() => readSpan({ since, until })).toThrow('one fault'),
  );
});
