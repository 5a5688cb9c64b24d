import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Most transactions have two legs of the same amount on either side; a glance at them is much cheaper than summing up legs. */
export class CheckTwoLegsAtAGlance1764200200000 implements MigrationInterface {
  readonly name = 'CheckTwoLegsAtAGlance1764200200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      checkBalanced(`
        WHERE (jsonb_array_length(t.postings) = 2
          AND t.postings -> 0 -> 'amount' = t.postings -> 1 -> 'amount' AND t.postings -> 0 -> 'currency' = t.postings -> 1 -> 'currency'
          AND t.postings -> 0 -> 'direction' <> t.postings -> 1 -> 'direction') IS NOT TRUE`),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(checkBalanced(''));
  }
}

function checkBalanced(where: string): string {
  return `
    CREATE OR REPLACE FUNCTION finance_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT 1 FROM added t, jsonb_to_recordset(t.postings) AS leg (direction text, amount numeric, currency text) ${where}
        GROUP BY t.id, leg.currency
        HAVING sum(CASE leg.direction WHEN 'debit' THEN leg.amount ELSE -leg.amount END) <> 0
      ) THEN
        RAISE EXCEPTION 'A transaction does not balance' USING ERRCODE = '23514';
      END IF;
      RETURN NULL;
    END $$`;
}
