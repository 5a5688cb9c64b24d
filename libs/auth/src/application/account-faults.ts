import { isEmail } from 'class-validator';
import { PLAIN_ADDRESS } from '../domain/identity-key.js';
import { USERNAME } from '../domain/user.js';

/** What is wrong with the names of an account, whoever makes it: `path` is the field. */
export function accountFaults(email: unknown, username: unknown): { path: string; message: string; code: string }[] {
  const faults = [];
  if (typeof email !== 'string' || email.length > 254 || !isEmail(email) || !PLAIN_ADDRESS.test(email))
    faults.push({ path: 'email', message: 'must be an address', code: 'isEmail' });
  if (typeof username !== 'string' || !USERNAME.test(username)) {
    const message = 'must be 3 to 50 letters, digits, dots, dashes or underscores';
    faults.push({ path: 'username', message, code: 'matches' });
  }
  return faults;
}
