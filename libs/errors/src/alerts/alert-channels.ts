import type { AlertCall } from './alert-call.js';
import { chatBody } from './chat-body.js';

/** What is posted to the address of an alert, by its channel. */
export const ALERT_CHANNELS = { webhook: webhookBody, chat: chatBody } satisfies Record<
  string,
  (call: AlertCall) => object
>;

export type AlertChannel = keyof typeof ALERT_CHANNELS;

/** All there is to know, for programs. */
function webhookBody({ id, event, happenedAt, alert, group, groupUrl }: AlertCall): object {
  return { deliveryId: id, event, happenedAt, alert: { id: alert.id, name: alert.name }, group, url: groupUrl };
}
