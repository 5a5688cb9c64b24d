import { CHANNELS, type Transaction, TRANSACTION_TYPES } from './transaction.js';

/** What lists of transactions are asked for most: a number holds all three, so that one short index finds each combination. */
export type KindFields = Pick<Transaction, 'type' | 'channel' | 'currency'>;

/** Rows that say nothing of their kind: an earlier version wrote them. */
export const UNKNOWN_KIND = 0;

/** Places are kept for good: numbers are stored. What is new goes to the end. */
const TYPES: readonly Transaction['type'][] = [...TRANSACTION_TYPES, 'journal', 'reversal'];
const [CHANNEL, CURRENCY] = [16, 256];

/** Four bits for the type (from 1), four for the channel (0 without), five for each letter of the currency. */
export function kindOf({ type, channel, currency }: KindFields): number {
  return typePart(type) + (channel === null ? 0 : channelPart(channel)) + currencyPart(currency);
}

/** Which bits of a kind are looked at, and what they must be. */
export interface KindMask {
  readonly mask: number;
  readonly value: number;
}

/** Undefined when any kind will do. */
export function kindMask({
  type,
  channel,
  currency,
}: Partial<Record<keyof KindFields, string | undefined>>): KindMask | undefined {
  const parts = [
    ...(type === undefined ? [] : [{ mask: CHANNEL - 1, value: typePart(type) }]),
    ...(channel === undefined ? [] : [{ mask: CURRENCY - CHANNEL, value: channelPart(channel) }]),
    ...(currency === undefined ? [] : [{ mask: 0x7fff * CURRENCY, value: currencyPart(currency) }]),
  ];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, part) => ({ mask: sum.mask + part.mask, value: sum.value + part.value }));
}

function typePart(type: string): number {
  return (TYPES as readonly string[]).indexOf(type) + 1;
}

function channelPart(channel: string): number {
  return ((CHANNELS as readonly string[]).indexOf(channel) + 1) * CHANNEL;
}

function currencyPart(currency: string): number {
  const letters = [...currency].reduce((sum, letter) => sum * 32 + letter.charCodeAt(0) - 64, 0);
  return letters * CURRENCY;
}
