import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { Transaction } from '#platform/database';
import { SEVERITIES } from '#platform/kernel';
import { ErrorGroupHourEntity } from '../tables/error-group-hour.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';

/** A group and the one it is shown as: itself unless it was merged. */
export interface GroupPlace {
  id: string;
  root: string;
}

/**
 * Merged groups. `merge_parent` is where a group was merged to, `merged_into` the group at the end of that way, which is shown
 * and counts for all; `own_count` and the like are what a group would have alone.
 */
@Injectable()
export class GroupMergeRepository {
  /** Locks the groups together with everything that is merged with them; unknown ids are left out. */
  async lockFamilies(tx: Transaction, ids: readonly string[]): Promise<GroupPlace[]> {
    await tx.lock('merge-of-groups');
    const groups = tx.repository(ErrorGroupEntity);
    const roots = In((await groups.findBy({ id: In(ids) })).map(rootOf));
    const families = groups.createQueryBuilder('g').where([{ id: roots }, { mergedInto: roots }]);
    const locked = await tx.lockMany(families.orderBy('g.id'));
    return locked.filter(({ id }) => ids.includes(id)).map((group) => ({ id: group.id, root: rootOf(group) }));
  }

  /** Puts shown groups, with all that is merged into them, below another shown one. */
  async merge(tx: Transaction, roots: readonly string[], into: string): Promise<void> {
    const groups = tx.repository(ErrorGroupEntity);
    await groups.update({ mergedInto: In(roots) }, { mergedInto: into });
    await groups.update({ id: In(roots) }, { mergeParent: into, mergedInto: into });
  }

  /** Gives groups back, each with what was merged into it: the named ones that are merged, and what was merged into the others. */
  async unmerge(tx: Transaction, ids: readonly string[]): Promise<string[]> {
    const groups = tx.repository(ErrorGroupEntity);
    const named = await groups.findBy({ id: In(ids) });
    const shown = named.filter(({ mergedInto }) => mergedInto === null).map(({ id }) => id);
    const merged = named.filter(({ mergeParent }) => mergeParent !== null).map(({ id }) => id);
    const free = [...new Set([...merged, ...(await this.childrenOf(tx, shown))])];
    await groups.update({ id: In(free) }, { mergeParent: null, mergedInto: null });
    for (const root of free) {
      for (let parents = [root]; parents.length > 0;) {
        parents = await this.childrenOf(tx, parents);
        await groups.update({ id: In(parents) }, { mergedInto: root });
      }
    }
    return free;
  }

  /** Adds shown groups up again from what they and the groups merged into them have alone. */
  async recount(tx: Transaction, roots: readonly string[]): Promise<void> {
    const groups = tx.repository(ErrorGroupEntity);
    const members = await groups.findBy([{ id: In(roots) }, { mergedInto: In(roots) }]);
    const severities = await this.gravestOf(tx, members);
    for (const id of roots) {
      const family = members.filter((member) => rootOf(member) === id);
      if (family.length === 0) continue;
      const gravest = Math.min(...family.map((member) => severities.get(member.id) ?? SEVERITIES.length));
      const times = (of: (member: ErrorGroupEntity) => Date): number[] => family.map((member) => of(member).getTime());
      await groups.update(
        { id },
        {
          count: family.reduce((sum, { ownCount }) => sum + ownCount, 0),
          firstSeen: new Date(Math.min(...times(({ ownFirstSeen }) => ownFirstSeen))),
          lastSeen: new Date(Math.max(...times(({ ownLastSeen }) => ownLastSeen))),
          // Left as it is where nothing of it is counted any more.
          severity: SEVERITIES[gravest],
        },
      );
    }
  }

  private async childrenOf(tx: Transaction, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const children = { select: { id: true }, where: { mergeParent: In(ids) } } as const;
    return (await tx.repository(ErrorGroupEntity).find(children)).map(({ id }) => id);
  }

  /** Place among `SEVERITIES` of the gravest that each group was seen with. */
  private async gravestOf(tx: Transaction, groups: readonly ErrorGroupEntity[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const [rank, severity] of SEVERITIES.entries()) {
      const left = groups.map(({ id }) => id).filter((id) => !found.has(id));
      if (left.length === 0) break;
      const builder = tx
        .repository(ErrorGroupEntity)
        .createQueryBuilder('g')
        .select('g.id')
        .where({ id: In(left) });
      const seen = builder.subQuery().select('h.groupId').from(ErrorGroupHourEntity, 'h');
      builder.andWhereExists(seen.where('h.groupId = g.id AND h.severity = :severity')).setParameters({ severity });
      for (const { id } of await builder.getMany()) found.set(id, rank);
    }
    return found;
  }
}

function rootOf({ id, mergedInto }: ErrorGroupEntity): string {
  return mergedInto ?? id;
}
