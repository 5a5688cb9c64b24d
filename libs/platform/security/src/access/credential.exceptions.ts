import { AppException } from '#platform/kernel';

/** How long a proof by password or code is enough for delicate changes (OWASP ASVS 5.0, 7.5.1). */
export const PROOF_LIFETIME_MS = 10 * 60_000;

/** The route is about the person himself; keys and tokens of programs do not open it. */
export class SessionRequiredException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.SESSION_REQUIRED', category: 'authorization', kind: 'forbidden' },
      'This is for the person himself: log in, as a key or a token of a program is not enough',
    );
  }
}

/** The session is genuine, but its person has not proven himself lately. */
export class ReauthenticationRequiredException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.REAUTHENTICATION_REQUIRED', category: 'authorization', kind: 'forbidden' },
      'This takes a proof of the last ten minutes: send the password or a code to /auth/reauthenticate first',
      { details: { proofSeconds: PROOF_LIFETIME_MS / 1000 } },
    );
  }
}
