import { isInstant } from './instant.validator.js';

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
