/**
 * SQL of what an account came to before a day: debits less credits. From its first day on, or back from what it comes to now, whichever
 * are fewer sums of days; both are written in one commit.
 *
 * @param account expression of its id
 * @param day expression of the day
 */
export function netBefore(account: string, day: string): string {
  const sumOf = (days: string): string =>
    `(SELECT coalesce(sum(debits - credits), 0) FROM finance_daily WHERE account_id = ${account} AND ${days})`;
  const end = (of: 'min' | 'max'): string => `(SELECT ${of}(day) FROM finance_daily WHERE account_id = ${account})`;
  return `(SELECT CASE WHEN ${day} - ${end('min')} <= ${end('max')} - ${day} THEN ${sumOf(`day < ${day}`)}
                  ELSE b.net - ${sumOf(`day >= ${day}`)} END
           FROM finance_balance b WHERE b.account_id = ${account})`;
}
