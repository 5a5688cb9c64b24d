import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { isInstant, isOneLine } from '#platform/http';
import { Clock, Ids, type Role, ROLES } from '#platform/kernel';
import { hashFault } from '../passwords/password-hash.js';
import { type NewUser, UserRepository } from '../identities/user.repository.js';
import { accountFaults } from './user-creation.service.js';
import { AuditService } from '../audit/audit.service.js';

/**
 * What became of a line: `created`; `present`, an account with this address and user name was there before and is left as it
 * is; `taken`, another account has one of the two; `refused`, the line is not an account.
 */
export type ImportVerdict = 'created' | 'present' | 'taken' | 'refused';

export interface ImportedLine {
  /** From 1. */
  line: number;
  verdict: ImportVerdict;
  /** Why it was refused; never shows what stood in the line, which may be a secret. */
  faults: readonly string[];
}

/** Accounts written in one transaction: short enough that logins, which write to the same audit trail, do not wait long. */
const CHUNK = 100;

const FIELDS = new Set([
  'email',
  'emailVerified',
  'username',
  'fullName',
  'role',
  'isActive',
  'passwordHash',
  'createdAt',
]);

interface NumberedUser {
  line: number;
  user: NewUser;
}

/**
 * Takes over accounts of another system with their password hashes; a hash that is not of the configured kind is replaced at the
 * owner's first login. A file can be imported again after an interruption: what is there is left alone.
 */
@Injectable()
export class UserImportService {
  constructor(
    private readonly users: UserRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * @param lines JSON Lines: `{email, emailVerified?, username, fullName?, role?, isActive?, passwordHash?, createdAt?}` each; the role is
   *   READ_ONLY, the account active and the address verified unless said otherwise. Without a hash the owner asks for a link to choose a password.
   *   Empty lines are skipped.
   * @returns a verdict for each line, in order, once its chunk is committed
   */
  async *import(lines: AsyncIterable<string>): AsyncGenerator<ImportedLine> {
    let chunk: (NumberedUser | ImportedLine)[] = [];
    let line = 0;
    for await (const text of lines) {
      line += 1;
      if (text.trim() === '') continue;
      const parsed = this.parse(text);
      chunk.push('faults' in parsed ? { line, verdict: 'refused', faults: parsed.faults } : { line, user: parsed });
      if (chunk.length < CHUNK) continue;
      yield* await this.write(chunk);
      chunk = [];
    }
    yield* await this.write(chunk);
  }

  private async write(chunk: readonly (NumberedUser | ImportedLine)[]): Promise<ImportedLine[]> {
    const accounts = chunk.filter((item) => 'user' in item);
    const verdicts = await this.database.transaction(async (tx) => {
      const result = new Map<number, ImportVerdict>();
      for (const { line, user } of accounts) result.set(line, await this.writeOne(tx, user));
      return result;
    });
    return chunk.map((item) =>
      'user' in item ? { line: item.line, verdict: verdicts.get(item.line) ?? 'refused', faults: [] } : item,
    );
  }

  private async writeOne(tx: Transaction, user: NewUser): Promise<ImportVerdict> {
    if (!(await this.users.insertIfFree(tx, user))) {
      return (await this.users.exists(tx, user.email, user.username)) ? 'present' : 'taken';
    }
    await this.audit.record(tx, { action: 'user.imported', subjectId: user.id, details: { role: user.role } });
    return 'created';
  }

  private parse(text: string): NewUser | { faults: string[] } {
    const fields = readObject(text);
    if (!fields) return { faults: ['is not a JSON object'] };
    const [email, username] = [trimmed(fields['email']), trimmed(fields['username'])];
    const { fullName = null, role = 'READ_ONLY', isActive = true, passwordHash = null } = fields;
    const { createdAt = this.clock.now().toISOString(), emailVerified = true } = fields;
    const faults = Object.keys(fields)
      .filter((name) => !FIELDS.has(name))
      .map((name) => `${JSON.stringify(name.slice(0, 40))} is no field of an account`);
    faults.push(...accountFaults(email, username).map(({ path, message }) => `${path} ${message}`));
    if (typeof emailVerified !== 'boolean') faults.push('emailVerified must be true or false');
    if (fullName !== null && (!isOneLine(fullName) || (fullName as string).length > 200))
      faults.push('fullName must be one line of at most 200 characters');
    if (!ROLES.includes(role as Role)) faults.push(`role must be one of ${ROLES.join(', ')}`);
    if (typeof isActive !== 'boolean') faults.push('isActive must be true or false');
    if (!isInstant(createdAt) || new Date(createdAt as string) > this.clock.now())
      faults.push('createdAt must be an instant in the past, with its offset from UTC');
    const unusable =
      passwordHash === null ? undefined : hashFault(typeof passwordHash === 'string' ? passwordHash : '');
    if (unusable !== undefined) faults.push(`passwordHash ${unusable}`);
    if (faults.length > 0) return { faults };
    return {
      id: this.ids.next(),
      email: email as string,
      emailVerified: emailVerified as boolean,
      username: username as string,
      fullName: fullName as string | null,
      role: role as Role,
      isActive: isActive as boolean,
      passwordHash: passwordHash as string | null,
      createdAt: new Date(createdAt as string),
    };
  }
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    // Some programs begin a file with a byte order mark, which counts as a blank.
    const value: unknown = JSON.parse(text.trim());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
