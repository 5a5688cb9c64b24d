// One order through all modules, under one correlation id: what `GET /trace/{correlationId}` is for.
import { dayOf } from './chance.mjs';

/** @returns the correlation id */
export async function followOrder(service, now) {
  const day = dayOf(now);
  const requestId = `demo-order-${day}`;
  const orderId = `${day.replaceAll('-', '')}-demo`;
  const key = `demo:order:${day}`;
  const sale = { type: 'sale', amount: '63.72', subtotal: '59.00', taxAmount: '4.72', orderId, paymentMethod: 'card' };
  await service.call('POST', '/finance/transactions/record', { body: sale, key, requestId });
  const failure = {
    service: 'shop',
    errorType: 'ConfirmationError',
    message: `The confirmation of order ${orderId} could not be sent`,
    severity: 'medium',
    category: 'external_api',
    correlationId: requestId,
  };
  await service.call('POST', '/errors', { body: failure, key, requestId });
  const task = { taskDescription: `Was the service slow when order ${orderId} came?` };
  await service.call('POST', '/agents/performance/execute', { body: task, key, requestId });
  console.log(`Order ${orderId}: a sale, a failure and a task under the correlation id ${requestId}`);
  return requestId;
}
