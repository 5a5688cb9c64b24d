import { randomInt } from 'node:crypto';

/** How many codes an enrolment gives. */
export const RECOVERY_CODE_COUNT = 10;

/** Letters and digits that are not mistaken for each other on paper (Crockford's base 32). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const GROUPS = 3;
const GROUP_LENGTH = 5;

/** A code of 75 random bits, `xxxxx-xxxxx-xxxxx`. */
export function newRecoveryCode(): string {
  const group = (): string => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** The code without what people change when they type it: case, blanks, dashes, and letters that look like digits. */
export function normaliseRecoveryCode(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
}
