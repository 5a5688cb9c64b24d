import { Injectable } from '@nestjs/common';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import type { ErrorGroup, GroupFilter, GroupSort } from './error-group.js';
import { ErrorGroupRepository, groupOf } from './error-group.repository.js';

const SORT_COLUMN: Readonly<Record<GroupSort, { column: string; type: string }>> = {
  lastSeen: { column: 'last_seen', type: 'timestamptz' },
  firstSeen: { column: 'first_seen', type: 'timestamptz' },
  count: { column: 'count', type: 'bigint' },
};

/** So many matches are sooner read than the list is searched for them. */
const FEW = 300;

/** Adds a value to a statement and gives its mark. */
type Bind = (value: unknown) => string;

interface Matches {
  ids: string[] | undefined;
  isMatch: (bind: Bind) => string;
}

/** Whatever filters meet, few or many: what is read does not grow with the groups. Bench: `groups by a text`, `groups of a release`. */
@Injectable()
export class PostgresErrorGroupRepository extends ErrorGroupRepository {
  override async list(
    filter: GroupFilter,
    sort: GroupSort,
    limit: number,
    after: readonly [value: string | number, id: string] | undefined,
  ): Promise<ErrorGroup[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['g.merged_into IS NULL'];
    const equals: [string, unknown][] = [
      ['severity', filter.severity],
      ['category', filter.category],
      ['status', filter.status],
      ['service', filter.service],
    ];
    for (const [column, value] of equals) if (value !== undefined) where.push(`g.${column} = ${bind(value)}`);
    if (filter.since !== undefined) where.push(`g.last_seen >= ${bind(filter.since)}`);
    for (const { ids, isMatch } of await this.matchesOf(filter)) {
      where.push(ids ? `g.id = ANY(${bind(ids)}::uuid[])` : isMatch(bind));
    }
    const { column, type } = SORT_COLUMN[sort];
    if (after) where.push(`(g.${column}, g.id) < (${bind(after[0])}::${type}, ${bind(after[1])}::uuid)`);
    const groups = await this.database.queryEntities(
      ErrorGroupEntity,
      `SELECT g.* FROM error_group g WHERE ${where.join(' AND ')}
       ORDER BY g.${column} DESC, g.id DESC LIMIT ${bind(limit)}`,
      values,
    );
    return groups.map(groupOf);
  }

  /**
   * Groups that have the text, and those of the release and environment: their ids where they are few, else a condition that is cheap
   * for one group, as the list then soon has enough.
   */
  private async matchesOf({ text, release, environment }: GroupFilter): Promise<Matches[]> {
    const questions: { values: string[]; few: string; isMatch: (bind: Bind) => string }[] = [];
    if (text !== undefined) {
      const values = [`%${text.replace(/[\\%_]/g, '\\$&')}%`];
      const few = `SELECT group_id AS id FROM error_group_text WHERE text ILIKE $1`;
      const isMatch = (bind: Bind): string =>
        `(SELECT t.text ILIKE ${bind(values[0])} FROM error_group_text t WHERE t.group_id = g.id)`;
      questions.push({ values, few, isMatch });
    }
    const places = Object.entries({ release, environment }).filter(([, value]) => value !== undefined);
    if (places.length > 0) {
      const values = places.map(([, value]) => value as string);
      const seen = (bind: Bind): string =>
        places.map(([column, value]) => `p.${column} = ${bind(value)}`).join(' AND ');
      const numbered = places.map(([column], index) => `p.${column} = $${index + 1}`).join(' AND ');
      // Group by group: a join would read all groups there are.
      const few = `SELECT (SELECT coalesce(m.merged_into, m.id) FROM error_group m WHERE m.id = p.group_id) AS id
        FROM error_group_presence p WHERE ${numbered}`;
      const isMatch = (bind: Bind): string => `coalesce(
        (SELECT true FROM error_group_presence p WHERE p.group_id = g.id AND ${seen(bind)} LIMIT 1),
        (SELECT true FROM error_group m JOIN error_group_presence p ON p.group_id = m.id
         WHERE m.merged_into = g.id AND ${seen(bind)} LIMIT 1), false)`;
      questions.push({ values, few, isMatch });
    }
    return Promise.all(
      questions.map(async ({ values, few, isMatch }) => {
        const rows = await this.database.query<{ id: string }>(`${few} LIMIT ${FEW + 1}`, values);
        return { ids: rows.length > FEW ? undefined : rows.map(({ id }) => id), isMatch };
      }),
    );
  }
}
