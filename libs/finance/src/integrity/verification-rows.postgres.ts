import type { AccountChange, SettlementRecord } from '../chain/leaves.js';

/** Rows as a verification reads them. */
export interface HeadRow extends Record<string, unknown> {
  block_number: string;
  block_hash: Buffer;
  recorded_at: Date;
  open_since: Date;
  time_zone: string;
}

export interface StandingRow extends Record<string, unknown> {
  code: string;
  net: string;
  held_debits: string;
  held_credits: string;
  version: string;
  name: string | null;
  is_closed: boolean;
}

export interface ChangeRow extends Record<string, unknown> {
  code: string;
  number: number;
  name: string;
  is_closed: boolean;
  principal_id: string;
  recorded_at: Date;
}

export function toChange(row: ChangeRow): AccountChange {
  return {
    account: row.code,
    isClosed: row.is_closed,
    name: row.name,
    number: row.number,
    principalId: row.principal_id,
    recordedAt: row.recorded_at.toISOString(),
  };
}

export interface SettlementRow extends Record<string, unknown> {
  pending_id: string;
  outcome: SettlementRecord['outcome'];
  capture_id: string | null;
  recorded_at: Date;
}

export interface RequestRow extends Record<string, unknown> {
  principal_id: string;
  key: string;
  fingerprint: object;
  answer: object;
  created_at: Date;
}
