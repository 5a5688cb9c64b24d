import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { ErrorGroupNotFoundException } from '../occurrences/errors.exceptions.js';
import type { ErrorGroup } from '../groups/error-group.js';
import { ErrorGroupRepository } from '../groups/error-group.repository.js';
import { GroupMergeRepository } from './group-merge.repository.js';

/** Makes one group of several, and takes that back. No occurrence moves, so nothing is lost either way. */
@Injectable()
export class GroupMergeService {
  constructor(
    private readonly database: Database,
    private readonly groups: ErrorGroupRepository,
    private readonly merges: GroupMergeRepository,
  ) {}

  /** Merges groups into another, which keeps its status and its words. @throws ErrorGroupNotFoundException */
  async merge(ids: readonly string[], into: string): Promise<ErrorGroup[]> {
    return this.database.transaction(async (tx) => {
      const places = await this.merges.lockFamilies(tx, [...ids, into]);
      const rootOf = new Map(places.map(({ id, root }) => [id, root]));
      assertKnown([...ids, into], rootOf);
      const target = rootOf.get(into) as string;
      const roots = [...new Set(ids.map((id) => rootOf.get(id) as string))].filter((root) => root !== target);
      await this.merges.merge(tx, roots, target);
      return this.recount(tx, [target]);
    });
  }

  /**
   * Gives merged groups back; of a group that others were merged into, all of those.
   *
   * @returns the groups that are shown afterwards
   * @throws ErrorGroupNotFoundException
   */
  async unmerge(ids: readonly string[]): Promise<ErrorGroup[]> {
    return this.database.transaction(async (tx) => {
      const places = await this.merges.lockFamilies(tx, ids);
      const rootOf = new Map(places.map(({ id, root }) => [id, root]));
      assertKnown(ids, rootOf);
      const freed = await this.merges.unmerge(tx, ids);
      return this.recount(tx, [...new Set([...rootOf.values(), ...freed])]);
    });
  }

  private async recount(tx: Transaction, roots: readonly string[]): Promise<ErrorGroup[]> {
    await this.merges.recount(tx, roots);
    return this.groups.lockAll(tx, roots);
  }
}

/** @throws ErrorGroupNotFoundException that names those that are missing */
export function assertKnown(ids: readonly string[], known: { has(id: string): boolean }): void {
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length > 0) throw new ErrorGroupNotFoundException(undefined, { details: { missing } });
}
