import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The form of this release for all but the domain of an address, which is compared by its name in the DNS: most are the same in both. */
const fold = (text: string): string => `normalize(lower(upper(normalize(btrim(${text}), NFD))), NFC)`;

/**
 * While replicas are replaced one by one, those of an earlier release still log people in and make users. They know nothing of columns that
 * came since, so these get a value by themselves.
 */
export class TakeRowsOfEarlierReplicas1765700000000 implements MigrationInterface {
  readonly name = 'TakeRowsOfEarlierReplicas1765700000000';

  async up(runner: QueryRunner): Promise<void> {
    // A session begins with a proof.
    await runner.query('ALTER TABLE auth_session ALTER COLUMN proven_at SET DEFAULT now()');
    await runner.query(`
      CREATE FUNCTION user_account_fill_keys() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.email_key := coalesce(NEW.email_key, ${fold('NEW.email')});
        NEW.username_key := coalesce(NEW.username_key, ${fold('NEW.username')});
        NEW.full_name_key := coalesce(NEW.full_name_key, ${fold('NEW.full_name')});
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE TRIGGER user_account_fill_keys BEFORE INSERT ON user_account FOR EACH ROW
      WHEN (NEW.email_key IS NULL OR NEW.username_key IS NULL) EXECUTE FUNCTION user_account_fill_keys()`);
    // Links that earlier releases mail go to the address of the account.
    await runner.query(`
      CREATE FUNCTION one_time_token_fill_mailbox() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.mailbox := (SELECT email_key FROM user_account WHERE id = NEW.user_id);
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE TRIGGER one_time_token_fill_mailbox BEFORE INSERT ON one_time_token FOR EACH ROW
      WHEN (NEW.mailbox IS NULL) EXECUTE FUNCTION one_time_token_fill_mailbox()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER one_time_token_fill_mailbox ON one_time_token');
    await runner.query('DROP FUNCTION one_time_token_fill_mailbox()');
    await runner.query('DROP TRIGGER user_account_fill_keys ON user_account');
    await runner.query('DROP FUNCTION user_account_fill_keys()');
    await runner.query('ALTER TABLE auth_session ALTER COLUMN proven_at DROP DEFAULT');
  }
}
