import { ROLES, type Role } from '#platform/kernel';
import { assertMayGrant, assertMayHandle } from './rank-rules.js';

/** From the lowest. */
const RANKS: Role[] = ['READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN'];
const user = (id: string, role: Role): { id: string; role: Role } => ({ id, role });
const may = (act: () => void): boolean => {
  try {
    act();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/RANK/) as unknown });
    return false;
  }
};

describe('ranks', () => {
  it('are those of the roles', () => expect(ROLES).toEqual(RANKS));

  it.each(RANKS)('let a %s handle and make users below him, a SUPER_ADMIN everybody', (role) => {
    const below = role === 'SUPER_ADMIN' ? RANKS : RANKS.slice(0, RANKS.indexOf(role));
    expect(RANKS.filter((other) => may(() => assertMayHandle(user('a', role), user('b', other))))).toEqual(below);
    expect(RANKS.filter((other) => may(() => assertMayGrant(role, other)))).toEqual(below);
    const given = RANKS.filter((other) =>
      may(() => assertMayHandle(user('a', role), user('b', below[0] ?? 'READ_ONLY'), other)),
    );
    expect(given).toEqual(below);
  });

  it.each<[() => void, string, object]>([
    [
      () => assertMayHandle(user('a', 'SUPER_ADMIN'), user('a', 'SUPER_ADMIN')),
      'Nobody changes his own role or state',
      {},
    ],
    [
      () => assertMayHandle(user('a', 'ADMIN'), user('b', 'ADMIN')),
      'Only users of a lower rank can be handled',
      { role: 'ADMIN' },
    ],
    [
      () => assertMayHandle(user('a', 'ADMIN'), user('b', 'READ_ONLY'), 'ADMIN'),
      'Only roles below your own can be given',
      { role: 'ADMIN' },
    ],
  ])('say why not: %#', (act, message, details) => {
    expect(act).toThrow(expect.objectContaining({ message, details }));
  });
});
