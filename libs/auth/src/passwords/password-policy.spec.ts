import { passwordFaults } from './password-policy.js';

const POLICY = { minLength: 12, requireComposition: false };
const codesOf = (password: string, policy = POLICY, context: string[] = []): string[] =>
  passwordFaults(password, policy, context).map(({ code }) => code);

describe('the password policy', () => {
  it('asks for 12 to 128 characters, counted as people count them', () => {
    expect(codesOf('abcdefghijk')).toEqual(['minLength']);
    expect(codesOf('abcdefghijkl')).toEqual([]);
    expect(codesOf('🦉🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵')).toEqual(['minLength']);
    expect(codesOf('🦉🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔')).toEqual([]);
    expect(codesOf('abcdefgh'.repeat(16))).toEqual([]);
    expect(codesOf(`${'abcdefgh'.repeat(16)}i`)).toEqual(['maxLength']);
  });

  it('asks for no kinds of characters, unless configured', () => {
    expect(codesOf('only small letters')).toEqual([]);
    const strict = { ...POLICY, requireComposition: true };
    expect(codesOf('only small letters', strict)).toEqual(['composition']);
    expect(codesOf('Ünd 1 more letter', strict)).toEqual([]);
  });

  it('refuses words about the account and the product, however they are written', () => {
    expect(codesOf('my lovelace password', POLICY, ['Ada Lovelace'])).toEqual(['context']);
    expect(codesOf('ADA.BYRON at the sea', POLICY, ['ada.byron@example.com'])).toEqual(['context']);
    expect(codesOf('ＤＥＶＳＫＹＹ for ever')).toEqual(['context']);
    expect(codesOf('the ada of someone', POLICY, ['Ada'])).toEqual([]);
  });

  it('refuses a few characters over and over', () => {
    expect(codesOf('abababababababab')).toEqual(['repetition']);
  });
});
