import { domainToASCII } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';

interface Account {
  id: string;
  email: string;
  username: string;
}

/** Accounts read and written at a time. */
const CHUNK = 2_000;

/** The forms of this release, written out: a migration does the same whatever the rules become. */
const fold = (text: string): string => text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');

function keyOf(identifier: string): string {
  const text = identifier.trim();
  const at = text.lastIndexOf('@');
  if (at < 0) return fold(text);
  const domain = text.slice(at + 1);
  return `${fold(text.slice(0, at))}@${domainToASCII(domain) || fold(domain)}`;
}

const formerKeyOf = (text: string): string => `=${text.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())}`;

/**
 * Addresses and user names are unique by a form of their own instead of what `lower()` makes of them, which is nothing beyond ASCII in
 * the locale C. Of accounts that turn out to have one address, the one made first has it; the others keep everything else and are found
 * by the letters they were registered with, and an audit event tells of each.
 */
export class TellIdentitiesApartByForm1765000000000 implements MigrationInterface {
  readonly name = 'TellIdentitiesApartByForm1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE user_account ADD COLUMN email_key text, ADD COLUMN username_key text');
    const holders = { email: new Map<string, string>(), username: new Map<string, string>() };
    for (let offset = 0; ; offset += CHUNK) {
      const accounts = (await runner.query(
        'SELECT id, email, username FROM user_account ORDER BY created_at, id LIMIT $1 OFFSET $2',
        [CHUNK, offset],
      )) as Account[];
      if (accounts.length === 0) break;
      const keys = { email: [] as string[], username: [] as string[] };
      for (const account of accounts) {
        for (const field of ['email', 'username'] as const) {
          const key = keyOf(account[field]);
          const holder = holders[field].get(key);
          keys[field].push(holder === undefined ? key : formerKeyOf(account[field]));
          if (holder === undefined) holders[field].set(key, account.id);
          else await this.tell(runner, account.id, { field, holder });
        }
      }
      await runner.query(
        `UPDATE user_account u SET email_key = k.email, username_key = k.username
         FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (id, email, username) WHERE u.id = k.id`,
        [accounts.map(({ id }) => id), keys.email, keys.username],
      );
    }
    await runner.query(
      'ALTER TABLE user_account ALTER COLUMN email_key SET NOT NULL, ALTER COLUMN username_key SET NOT NULL',
    );
    await runner.query('DROP INDEX user_account_email_key, user_account_username_key');
    await runner.query('CREATE UNIQUE INDEX user_account_by_email_key ON user_account (email_key)');
    await runner.query('CREATE UNIQUE INDEX user_account_by_username_key ON user_account (username_key)');
  }

  private async tell(runner: QueryRunner, id: string, details: object): Promise<void> {
    await runner.query(
      `INSERT INTO audit_event (id, occurred_at, action, outcome, subject_id, details)
       VALUES (gen_random_uuid(), now(), 'user.identity_shared', 'success', $1, $2)`,
      [id, JSON.stringify(details)],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE UNIQUE INDEX user_account_email_key ON user_account (lower(email))');
    await runner.query('CREATE UNIQUE INDEX user_account_username_key ON user_account (lower(username))');
    await runner.query('ALTER TABLE user_account DROP COLUMN email_key, DROP COLUMN username_key');
  }
}
