// The ledger of 30 days.
import { dayOf, lastDays } from './chance.mjs';
import { booksOf, holdOf, salesOf } from './sales.mjs';
import { DemoProblem } from './service.mjs';

const DAYS = 30;
/** As many as a batch takes. */
const AT_ONCE = 1_000;

/** @returns `{from, to}`: the days that were filled */
export async function fillBooks(service, now) {
  const days = lastDays(DAYS, now);
  const sales = days.flatMap(salesOf).filter(({ at }) => at <= now);
  const others = days.flatMap(booksOf).filter(({ at }) => at <= now);
  await assertOurs(service, sales[0]?.item.orderId);
  const inOrder = [...sales, ...others].sort((a, b) => a.at - b.at);
  const posted = await postAll(
    service,
    inOrder.map(({ item }) => item),
  );
  const refunds = inOrder.flatMap(({ refund }, index) => {
    const original = posted[index].transaction?.id;
    const isDue = refund !== undefined && refund.at <= now && original !== undefined;
    return isDue ? [{ ...refund.item, originalTransactionId: original }] : [];
  });
  const results = [...posted, ...(await postAll(service, [...refunds, holdOf(dayOf(now))]))];
  const count = (status) => results.filter((result) => result.status === status).length;
  console.log(
    `Books: ${sales.length} sales, ${refunds.length} refunds, ${others.length} other entries and a pending payment ` +
      `over ${DAYS} days: ${count('posted')} new, ${count('replayed')} there before`,
  );
  const rejected = results.find(({ status }) => status === 'rejected');
  if (rejected) console.error(`  ${count('rejected')} were rejected; the first: ${rejected.error.detail}`);
  return { from: days[0], to: days[DAYS - 1] };
}

/** Idempotency keys are each user's own: another one would post everything again. */
async function assertOurs(service, orderId) {
  if (orderId === undefined) return;
  const { items } = await service.get(`/finance/transactions?type=sale&orderId=${orderId}&limit=1`);
  const by = items[0]?.createdBy ?? service.userId;
  if (by !== service.userId)
    throw new DemoProblem(`The user ${by} has filled these books before: run the demo as that one`, 78);
}

async function postAll(service, items) {
  const results = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const transactions = items.slice(start, start + AT_ONCE);
    const { body } = await service.call('POST', '/finance/transactions/batch', { body: { transactions } });
    results.push(...body.results);
  }
  return results;
}
