import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import fc from 'fast-check';
import type { SecurityConfig } from '#config';
import type { Metrics } from '#platform/observability';
import { PasswordHashingService } from './password-hashing.service.js';

const COST = { type: argon2.argon2id, memoryCost: 1024, timeCost: 1, parallelism: 1 } as const;
const hasher = new PasswordHashingService(
  { argon2MemoryKib: 1024, argon2Passes: 1, argon2Parallelism: 1 } as SecurityConfig,
  { gauge: () => undefined } as unknown as Metrics,
);

/** With letters that NFKC changes, as the systems below hashed them. */
const TYPED = 'päss ² wörd ½™ long';

/** Made by passlib 1.7, Werkzeug 3 and Django 5, at a low cost. */
const FOREIGN = [
  '$pbkdf2$1000$/18r5dybsxai9H5PKWVMSQ$/AXV8oU5dU4ehnv8QC6Ic/9r.uY',
  '$pbkdf2-sha256$1000$OYcwJkQIQUhJaQ1B6L231g$pG1UMVNBumjQP8Mov1aH58qL97bqnPpd0DjoQ9GFymo',
  '$pbkdf2-sha512$1000$8n6PEWIsZax1DoFQas0ZQw$zZtI1evPYBNk/6jvRcDwDpk7ZEKJjH7.Wl.0vBTm7HfNX0UBxTuQaWe.CqWkAbUazD5/zbGgADaFL2r0U4DIXA',
  '$pbkdf2-sha256$i=1000,l=32$OYcwJkQIQUhJaQ1B6L231g$pG1UMVNBumjQP8Mov1aH58qL97bqnPpd0DjoQ9GFymo',
  '$scrypt$ln=8,r=8,p=1$fy9FSKm19j7HmPPeG6M0Rg$KWiGG/8ijZdDSMkgy9COy7zeKQ54UWec5j230VwIXLU',
  'scrypt:1024:8:1$maqiZ0KAHZghBNDv$f7a530d3e9be57b75023218f840ca550ae12fff3e8c9722f77841b6ca8f0a131e9f12b4d2910be781afee293532ace1c432f41c55bb2ff5a1424ea34cfe438f2',
  'pbkdf2:sha256:1000$SskIYQDL0KIIYxPr$b6fabc97038afefbc9dc6aead881249cb4464ae31dee31389c5fb96994026ab6',
  'pbkdf2:sha512:1000$O6iAPBU1FFaJoKAg$f1349a20e0667292b0f562113895c0be88f0cb9c337b8e539c4ed8bb8c855b3dc9b6d91148a1ee8c75fcfefb4846004e5f9cc0cf9155aa6eaf585b036fabe714',
  'pbkdf2_sha256$1000$salt1234$dHY1TxzEAz5PLqRteakbBODcIftAfIRXFx/1tKj5liM=',
  'pbkdf2_sha1$1000$salt1234$k8rtGOUzk1h0Ez0s14HWefvqE7I=',
  'scrypt$1024$salt1234$8$5$AUH5GINubd0865Cpx7j7/6KB8AunL24lBQuvtfxdJQyQdA77AzeVm2N4M3QuFUyjY2zj5NaVnElbQUggF58WZw==',
];

describe('hashes of other systems', () => {
  it.each(FOREIGN)('are checked: %s', async (hash) => {
    expect(await hasher.verify(TYPED, hash)).toBe('outdated');
    for (const other of [`${TYPED} `, TYPED.normalize('NFD'), ''])
      expect(await hasher.verify(other, hash)).toBe('wrong');
  });

  it.each([
    ['squared and halved', 'correct horse ² ½ staple'],
    ['a trade mark', 'correct horse™ staple'],
    ['a space that does not break', 'correct\u00a0horse\u00a0staple'],
    ['full width', 'ｃｏｒｒｅｃｔ　ｈｏｒｓｅ'],
    ['decomposed', 'cafe\u0301 noir and cre\u0300me'],
    ['composed', 'café noir and crème'],
    ['plain', 'correct horse battery staple'],
  ])('take the text as it was typed: %s', async (_what, typed) => {
    for (const hash of [await bcrypt.hash(typed, 4), await argon2.hash(typed, COST)]) {
      expect(await hasher.verify(typed, hash)).not.toBe('wrong');
      expect(await hasher.verify(`${typed}!`, hash)).toBe('wrong');
    }
    // One of ours is of the NFKC form, and takes every way to type it.
    const ours = await hasher.hash(typed);
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
      expect(await hasher.verify(typed.normalize(form), ours)).toBe('right');
  });

  it('are told from those that need no other: of the configured kind and cost, and of the NFKC form', async () => {
    const plain = 'correct horse battery staple';
    expect(await hasher.verify(plain, await argon2.hash(plain, COST))).toBe('right');
    expect(await hasher.verify(plain, await argon2.hash(plain, { ...COST, timeCost: 2 }))).toBe('outdated');
    expect(await hasher.verify(plain, await argon2.hash(plain, { ...COST, type: argon2.argon2i }))).toBe('outdated');
    expect(await hasher.verify('horse ½', await argon2.hash('horse ½', COST))).toBe('outdated');
  });

  it('cost as many checks as an account that is not there, whatever is typed', async () => {
    const stored = await hasher.hash('the password of somebody');
    await hasher.verifyDecoy('once, for the decoy itself');
    const verify = jest.spyOn(argon2, 'verify');
    const checksOf = async (work: () => Promise<unknown>): Promise<number> => {
      verify.mockClear();
      await work();
      return verify.mock.calls.length;
    };
    const typed = fc.array(fc.constantFrom('a', 'é', 'e\u0301', '²', '½', '™', '\u00a0', 'ｆ', 'ß'), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(typed, async (letters) => {
        const text = letters.join('');
        const wrong = await checksOf(() => hasher.verify(text, stored));
        expect(await checksOf(() => hasher.verifyDecoy(text))).toBe(wrong);
        expect(wrong).toBeLessThanOrEqual(2);
      }),
      { numRuns: 40 },
    );
    verify.mockRestore();
  });
});
