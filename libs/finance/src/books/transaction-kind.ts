import { CHANNELS, type Transaction } from './transaction.js';

/** What lists of transactions are asked for most: a number holds all three, so that one short index finds each combination. */
export type KindFields = Pick<Transaction, 'type' | 'channel' | 'currency'>;

/** Rows that say nothing of their kind: an earlier version wrote them. */
export const UNKNOWN_KIND = 0;

/** Numbers are stored, so each is kept for good; a new type takes the next one, up to 15. */
const TYPES: Readonly<Record<Transaction['type'], number>> = {
  sale: 1,
  refund: 2,
  purchase: 3,
  adjustment: 4,
  transfer: 5,
  expense: 6,
  revenue: 7,
  journal: 8,
  reversal: 9,
};
const NUMBER_OF_TYPE = new Map<string, number>(Object.entries(TYPES));

/** Channels are numbered by their place in `CHANNELS`: a new one goes to its end. */
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
  return NUMBER_OF_TYPE.get(type) ?? 0;
}

function channelPart(channel: string): number {
  return ((CHANNELS as readonly string[]).indexOf(channel) + 1) * CHANNEL;
}

function currencyPart(currency: string): number {
  const letters = [...currency].reduce((sum, letter) => sum * 32 + letter.charCodeAt(0) - 64, 0);
  return letters * CURRENCY;
}
