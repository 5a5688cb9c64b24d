import { Injectable } from '@nestjs/common';
import { includesRole, isUuid, MAX_TRACED, type Named, type Traced } from '#platform/kernel';
import { type MailDelivery, Mailer } from '#platform/mail';
import type { Principal } from '#platform/security';
import { type AuditEvent, AuditReadService } from '../audit/audit-read.service.js';
import { outranks } from '../identities/rank-rules.js';
import { AccountsLookupRepository } from './accounts-lookup.repository.js';

type Caller = Pick<Principal, 'id' | 'role' | 'credential'>;

/** Finds accounts, credentials and what was done with them, for whoever knows nothing of them but an id. */
@Injectable()
export class AccountsLookupService {
  constructor(
    private readonly things: AccountsLookupRepository,
    private readonly audit: AuditReadService,
    private readonly mailer: Mailer,
  ) {}

  /** The user, key or session with this id: one’s own, and for an ADMIN those of others as far as he handles them. */
  async byId(id: string, caller: Caller): Promise<Named[]> {
    if (!isUuid(id)) return [];
    const [user, apiKey, session] = await Promise.all([
      this.things.user(id),
      this.things.apiKey(id),
      this.things.session(id),
    ]);
    const isAdmin = includesRole(caller.role, 'ADMIN');
    const { kind, id: credentialId } = caller.credential;
    const isPerson = kind === 'session';
    const isShown = async (ownerId: string): Promise<boolean> => {
      if (ownerId === caller.id) return isPerson;
      const owner = isAdmin ? await this.things.user(ownerId) : null;
      return owner !== null && outranks(caller.role, owner.role);
    };
    return [
      ...(user && (isAdmin || user.id === caller.id) ? [{ kind: 'user', id, title: user.username }] : []),
      // A program is shown what it made, as in its list of keys.
      ...(apiKey &&
      includesRole(caller.role, 'API_USER') &&
      (apiKey.parentId === credentialId || (await isShown(apiKey.userId)))
        ? [{ kind: 'api_key', id, title: apiKey.name }]
        : []),
      ...(session && (await isShown(session.userId))
        ? [{ kind: 'session', id, title: session.userAgent ?? 'Session' }]
        : []),
    ];
  }

  /** What a unit of work left in the audit trail, and mails it sent, for an ADMIN; in order of time, kind by kind. */
  async byCorrelation(correlationId: string, { role }: Pick<Caller, 'role'>): Promise<Traced[]> {
    if (!includesRole(role, 'ADMIN')) return [];
    const [events, mails] = await Promise.all([
      this.audit.list({ correlationId }, MAX_TRACED - 1),
      this.mailer.deliveriesOf(correlationId, MAX_TRACED),
    ]);
    return [...events.map(tracedEvent), ...mails.map(tracedMail)];
  }
}

function tracedEvent({ id, occurredAt, action, outcome, subjectId, subjectName }: AuditEvent): Traced {
  const words = action.replace(/[._]/g, ' ');
  return {
    kind: 'audit',
    id,
    title: subjectName === null ? words : `${words}: ${subjectName}`,
    at: occurredAt,
    severity: outcome === 'success' ? 'info' : 'warning',
    ...(subjectId !== null && { subject: { kind: 'user', id: subjectId } }),
  };
}

function tracedMail({ id, createdAt, sentAt, failedAt }: MailDelivery): Traced {
  const state = sentAt ? 'sent' : failedAt ? 'given up' : 'waits';
  return { kind: 'delivery', id, title: `Mail: ${state}`, at: createdAt, severity: failedAt ? 'error' : 'info' };
}
