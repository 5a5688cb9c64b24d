import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { type Page, pageOf, ValidationException } from '#platform/kernel';
import { type Caller, scopeOf } from '../tasks/task-access.js';
import type { TaskSummary } from '../tasks/task.js';
import { TaskSearchRepository } from './task-search.repository.js';
import type { StateCount, TaskFilter } from './task-search.js';

/** What to look for; everything given must hold. */
export type TaskSearch = Omit<TaskFilter, 'scope'>;

const LIST = 'tasks:id';

/** Finds tasks. */
@Injectable()
export class TaskSearchService {
  constructor(
    private readonly tasks: TaskSearchRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /**
   * What the caller may see, newest first, a page at a time.
   *
   * @param text part of the first 500 characters of the description, in whatever case; a page may then have fewer than it could and yet a
   * next one
   * @throws ValidationException when the span of time ends before it begins
   */
  async list(
    search: TaskSearch,
    text: string | undefined,
    limit: number,
    cursor: string | undefined,
    caller: Caller,
  ): Promise<Page<TaskSummary>> {
    demandOrder(search);
    const [before] = (this.cursors.decode(LIST, cursor) ?? []).map(String);
    const filter = { ...search, before, limit: limit + 1, scope: scopeOf(caller) };
    const { tasks, end } =
      text === undefined
        ? { tasks: await this.tasks.list(filter), end: undefined }
        : await this.tasks.listWithText({ ...filter, text });
    const page = pageOf([...tasks], limit, ({ id }) => this.cursors.encode(LIST, [id]));
    if (page.nextCursor !== null || end === undefined) return page;
    return { ...page, nextCursor: this.cursors.encode(LIST, [end]) };
  }

  /**
   * How many tasks that the caller may see are in each state, up to `MOST_COUNTED`.
   *
   * @throws ValidationException when the span of time ends before it begins
   */
  async count(search: TaskSearch, caller: Caller): Promise<StateCount[]> {
    demandOrder(search);
    return this.tasks.count({ ...search, scope: scopeOf(caller) });
  }
}

/** @throws ValidationException when the span of time ends before it begins */
export function demandOrder({ from, to }: Pick<TaskSearch, 'from' | 'to'>): void {
  if (!from || !to || from < to) return;
  const errors = [{ path: 'from', code: 'isBefore', message: 'from must be before to' }];
  throw new ValidationException('The request has one fault', { details: { errors } });
}
