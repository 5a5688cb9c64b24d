import { Injectable } from '@nestjs/common';
import { dictionary } from '@zxcvbn-ts/language-common';
import { normalisePassword } from './password-policy.js';

/** What people put behind a common word to satisfy a rule: digits and signs. */
const DECORATION = /^[\d\W_]+|[\d\W_]+$/g;

/** Common words that a password of the length demanded could be made of are worth looking for; shorter ones are not. */
const SHORTEST_CORE = 6;

/**
 * Some fifty thousand passwords that turn up most often in breaches, from a package: nothing is asked of the network
 * (OWASP ASVS 6.2.4, 6.2.12). A common password with digits and signs around it, or written twice, is as common.
 */
@Injectable()
export class CommonPasswordsService {
  private readonly known = new Set(dictionary['passwords-common'].map((password) => String(password).toLowerCase()));

  includes(password: string): boolean {
    const normal = normalisePassword(password).toLowerCase();
    if (this.known.has(normal)) return true;
    const core = normal.replace(DECORATION, '');
    if (core.length >= SHORTEST_CORE && this.known.has(core)) return true;
    const half = normal.slice(0, normal.length / 2);
    return normal.length % 2 === 0 && half + half === normal && this.known.has(half);
  }
}
