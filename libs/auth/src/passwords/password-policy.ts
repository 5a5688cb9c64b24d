/** What a password must be; lengths in characters (Unicode code points) after NFKC. */
export interface PasswordPolicy {
  minLength: number;
  /** Demand upper and lower case, a digit and a special character. */
  requireComposition: boolean;
}

/** Longest password accepted: hashing an unbounded one would be a way to keep the service busy. */
export const MAX_PASSWORD_LENGTH = 128;

/** Words about the account or the product that a guesser tries first. Shorter ones would refuse by accident. */
const SHORTEST_CONTEXT_WORD = 4;
const PRODUCT_WORDS = ['devskyy'];

export interface PasswordFault {
  code: string;
  message: string;
}

/** The form in which passwords are hashed and compared (NIST SP 800-63B §5.1.1.2), so that keyboards do not matter. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Every way in which the password breaks the policy; empty when it is acceptable.
 *
 * @param context texts about the account that must not be part of it: e-mail, user name, full name
 */
export function passwordFaults(password: string, policy: PasswordPolicy, context: readonly string[]): PasswordFault[] {
  const faults: PasswordFault[] = [];
  const normal = normalisePassword(password);
  const length = [...normal].length;
  if (length < policy.minLength) {
    faults.push({ code: 'minLength', message: `must have at least ${policy.minLength} characters` });
  }
  if (length > MAX_PASSWORD_LENGTH) {
    faults.push({ code: 'maxLength', message: `must have at most ${MAX_PASSWORD_LENGTH} characters` });
  }
  const lower = normal.toLowerCase();
  if (contextWords(context).some((word) => lower.includes(word))) {
    faults.push({
      code: 'context',
      message: 'must not contain your name, user name, e-mail address or the product name',
    });
  }
  if (new Set(lower).size < 5) faults.push({ code: 'repetition', message: 'must not repeat a few characters' });
  if (policy.requireComposition && !hasComposition(normal)) {
    faults.push({
      code: 'composition',
      message: 'must have an upper-case and a lower-case letter, a digit and a special character',
    });
  }
  return faults;
}

function contextWords(context: readonly string[]): string[] {
  return [...PRODUCT_WORDS, ...context.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)])]
    .map((word) => word.normalize('NFKC').toLowerCase())
    .filter((word) => word.length >= SHORTEST_CONTEXT_WORD);
}

function hasComposition(password: string): boolean {
  return [/\p{Lu}/u, /\p{Ll}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].every((pattern) => pattern.test(password));
}
