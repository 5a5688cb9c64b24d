import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock, ValidationException } from '#platform/kernel';
import { ErrorGroupNotFoundException } from '../occurrences/errors.exceptions.js';
import type { ErrorGroup, GroupPatch } from '../groups/error-group.js';
import { ErrorGroupRepository } from '../groups/error-group.repository.js';
import { assertKnown } from './group-merge.service.js';
import { RunArtifactService } from '../runs/run-artifact.service.js';

/** What a person decides about a group; `undefined` leaves a field, `null` empties it. */
export interface TriageDecision {
  status?: 'open' | 'resolved' | 'ignored' | undefined;
  notes?: string | null | undefined;
  assignee?: string | null | undefined;
  /** Release that carries the fix; recurrences in older ones are no regression. */
  inRelease?: string | null | undefined;
  ignoreUntil?: Date | null | undefined;
  /** Further occurrences after which an ignored group opens again. */
  ignoreCount?: number | null | undefined;
}

/** Closes, ignores, reopens and assigns groups. */
@Injectable()
export class GroupTriageService {
  constructor(
    private readonly database: Database,
    private readonly groups: ErrorGroupRepository,
    private readonly artifact: RunArtifactService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws ErrorGroupNotFoundException
   * @throws ValidationException when a field belongs to another status than the group has afterwards
   */
  async decide(groupId: string, decision: TriageDecision): Promise<ErrorGroup> {
    const [changed] = await this.decideAll([groupId], decision);
    if (!changed) throw new ErrorGroupNotFoundException();
    return changed;
  }

  /** The same for several groups, all or none. */
  async decideAll(ids: readonly string[], decision: TriageDecision): Promise<ErrorGroup[]> {
    const groups = await this.database.transaction(async (tx) => {
      assertKnown(ids, await this.groups.known(tx, ids));
      const changed: ErrorGroup[] = [];
      for (const group of await this.groups.lockAll(tx, ids)) {
        const after = await this.groups.update(tx, group.id, patchOf(group, decision, this.clock.now()));
        if (after) changed.push(after);
      }
      return changed;
    });
    // The other processes look for themselves; nobody waits for a file.
    void this.artifact.tellResolutions();
    return groups;
  }
}

function patchOf(group: ErrorGroup, decision: TriageDecision, now: Date): GroupPatch {
  const { status, notes, assignee, inRelease, ignoreUntil, ignoreCount } = decision;
  const next = status ?? group.status;
  if (typeof inRelease === 'string' && next !== 'resolved') {
    throw misplaced('inRelease', 'belongs to a resolved group');
  }
  if ((ignoreUntil ?? ignoreCount ?? null) !== null && next !== 'ignored') {
    throw misplaced('ignoreUntil', 'and ignoreCount belong to an ignored group');
  }
  const words = { notes, assignee };
  switch (status) {
    case 'resolved':
      return { ...words, ...NOT_IGNORED, status, resolvedAt: now, resolvedInRelease: inRelease ?? null };
    case 'ignored':
      return {
        ...words,
        ...NOT_RESOLVED,
        status,
        ignoreUntil: ignoreUntil ?? null,
        ignoreCount: ignoreCount ?? null,
        ignoredAtCount: group.count,
      };
    case 'open':
      return { ...words, ...NOT_IGNORED, ...NOT_RESOLVED, status };
    case undefined: {
      const restarted = ignoreCount === undefined ? undefined : group.count;
      return { ...words, resolvedInRelease: inRelease, ignoreUntil, ignoreCount, ignoredAtCount: restarted };
    }
  }
}

const NOT_IGNORED: GroupPatch = { ignoreUntil: null, ignoreCount: null, ignoredAtCount: null };
const NOT_RESOLVED: GroupPatch = { resolvedAt: null, resolvedInRelease: null };

function misplaced(path: string, message: string): ValidationException {
  return new ValidationException('The request has one fault', {
    details: { errors: [{ path, message: `${path} ${message}`, code: 'status' }] },
  });
}
