import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A new address waits at the account until it is confirmed; links know the mailbox that they went to, whichever account they are of. */
export class ChangeAddresses1765000030000 implements MigrationInterface {
  readonly name = 'ChangeAddresses1765000030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE user_account
        ADD COLUMN pending_email text,
        ADD COLUMN pending_email_expires_at timestamptz,
        ADD COLUMN new_email_confirmed_at timestamptz,
        ADD COLUMN old_email_confirmed_at timestamptz,
        ADD CONSTRAINT user_account_pending_email CHECK (
          (pending_email IS NULL) = (pending_email_expires_at IS NULL) AND (deleted_at IS NULL OR pending_email IS NULL))`);
    await runner.query('ALTER TABLE one_time_token ADD COLUMN mailbox text');
    await runner.query('UPDATE one_time_token t SET mailbox = u.email_key FROM user_account u WHERE u.id = t.user_id');
    await runner.query('ALTER TABLE one_time_token ALTER COLUMN mailbox SET NOT NULL');
    await runner.query('CREATE INDEX one_time_token_mailbox ON one_time_token (mailbox, created_at)');
    await this.allow(runner, `'password_reset', 'invitation', 'email_verification', 'new_email', 'old_email'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM one_time_token WHERE purpose IN ('new_email', 'old_email')`);
    await this.allow(runner, `'password_reset', 'invitation', 'email_verification'`);
    await runner.query('ALTER TABLE one_time_token DROP COLUMN mailbox');
    await runner.query(`
      ALTER TABLE user_account
        DROP COLUMN pending_email,
        DROP COLUMN pending_email_expires_at,
        DROP COLUMN new_email_confirmed_at,
        DROP COLUMN old_email_confirmed_at`);
  }

  private async allow(runner: QueryRunner, purposes: string): Promise<void> {
    await runner.query('ALTER TABLE one_time_token DROP CONSTRAINT one_time_token_purpose_check');
    await runner.query(
      `ALTER TABLE one_time_token ADD CONSTRAINT one_time_token_purpose_check CHECK (purpose IN (${purposes}))`,
    );
  }
}
