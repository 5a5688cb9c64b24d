import { randomUUID } from 'node:crypto';

/** Who wrote a run's files; kept beside them, so that a run can be taken over after its process died. */
export interface RunIdentity {
  readonly runId: string;
  /** RFC 3339 in UTC. */
  readonly startedAt: string;
  readonly service: string;
  readonly release: string;
  readonly environment: string;
  readonly platform: string;
  readonly nodeVersion: string;
  readonly host: string;
  readonly pid: number;
}

const RUN_ID = /^\d{8}_\d{6}_[0-9a-f]{8}$/;

/** Name of one life of a process: `YYYYMMDD_HHMMSS_<8 hex>` in UTC, so that names sort by time. */
export function newRunId(startedAt: Date): string {
  const digits = startedAt.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}_${digits.slice(8, 14)}_${randomUUID().slice(0, 8)}`;
}

export function isRunId(text: string): boolean {
  return RUN_ID.test(text);
}
