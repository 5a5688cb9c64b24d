import { everyLane, where } from '#platform/database';

import type { AuditFilter } from './audit.repository.js';

/**
 * Events are numbered when they are written, a moment after they happened; clocks of replicas differ a little. Nobody's number is further
 * from its place by time than this.
 */
const DISORDER = `interval '1 hour'`;

const KEYS = ['action', 'outcome'];

/** The statement of a list, latest numbers first: of each action and outcome, a stretch of one index. */
export class AuditList {
  private readonly values: unknown[] = [];

  constructor(
    private readonly filter: AuditFilter,
    private readonly limit: number,
    private readonly before?: number,
  ) {}

  statement(): { text: string; values: unknown[] } {
    const text = this.text();
    return { text, values: this.values };
  }

  private text(): string {
    const { actorId, subjectId, credentialId, correlationId, action, outcome } = this.filter;
    // By the one that few events have; the others are asked of each.
    const [own = [], ...others] = [
      this.equal('credential_id', credentialId),
      this.equal('subject_id', subjectId),
      this.equal('actor_id', actorId),
    ].filter((conditions) => conditions.length > 0);
    const rest = [...others.flat(), ...this.bounds()];
    if (correlationId !== undefined) {
      const kind = [...this.equal('action', action), ...this.equal('outcome', outcome)];
      return this.page([...this.equal('correlation_id', correlationId), ...own, ...rest, ...kind], []);
    }
    if (own.length === 0 && action === undefined && outcome === undefined) return this.page(rest, []);
    const chosen = [...this.equal('lane.action', action, ''), ...this.equal('lane.outcome', outcome, '')];
    return `WITH RECURSIVE lane AS (${everyLane({ table: 'audit_event', own }, KEYS)})
      SELECT m.* FROM lane CROSS JOIN LATERAL (${this.page([...own, ...rest], KEYS)}) m ${where(chosen)}
      ORDER BY m.sequence DESC LIMIT ${this.bind(this.limit)}`;
  }

  /** Comparing and sorting whole rows leaves PostgreSQL the one index that begins with the keys. */
  private page(conditions: readonly string[], keys: readonly string[]): string {
    const compare = (comparison: string, ...values: string[]): string => {
      const columns = [...keys, ...values.map(() => 'sequence')].map((column) => `m.${column}`);
      return `(${columns.join(', ')}) ${comparison} (${[...keys.map((key) => `lane.${key}`), ...values].join(', ')})`;
    };
    const { since, until } = this.filter;
    // One bound on each side: of several, PostgreSQL would begin or end at any.
    const highest = [
      ...(until ? [this.firstAfter(until)] : []),
      ...(this.before === undefined ? [] : [`${this.bind(this.before)}::bigint`]),
    ];
    const all = [
      ...conditions,
      ...(since ? [compare('>', this.lastBefore(since))] : keys.length > 0 ? [compare('>=')] : []),
      ...(highest.length > 0 ? [compare('<', `least(${highest.join(', ')})`)] : keys.length > 0 ? [compare('<=')] : []),
    ];
    const order = [...keys, 'sequence'].map((column) => `m.${column} DESC`).join(', ');
    return `SELECT m.* FROM audit_event m ${where(all)} ORDER BY ${order} LIMIT ${this.bind(this.limit)}`;
  }

  private bounds(): string[] {
    const { since, until } = this.filter;
    return [
      ...(since ? [`m.occurred_at >= ${this.bind(since)}`] : []),
      ...(until ? [`m.occurred_at < ${this.bind(until)}`] : []),
    ];
  }

  /** A number that all events since a time are above. */
  private lastBefore(time: Date): string {
    return `coalesce((SELECT b.sequence FROM audit_event b WHERE b.occurred_at < ${this.bind(time)}::timestamptz - ${DISORDER}
                      ORDER BY b.occurred_at DESC LIMIT 1), 0)`;
  }

  /** A number that all events before a time are below. */
  private firstAfter(time: Date): string {
    return `coalesce((SELECT b.sequence FROM audit_event b WHERE b.occurred_at > ${this.bind(time)}::timestamptz + ${DISORDER}
                      ORDER BY b.occurred_at LIMIT 1), ${Number.MAX_SAFE_INTEGER})`;
  }

  private equal(column: string, value: string | undefined, alias = 'm.'): string[] {
    return value === undefined ? [] : [`${alias}${column} = ${this.bind(value)}`];
  }

  private bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
