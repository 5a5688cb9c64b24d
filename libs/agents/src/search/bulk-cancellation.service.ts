import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { ValidationException } from '#platform/kernel';
import { type CancelVerdict, TaskCancellationService } from '../queue/task-cancellation.service.js';
import { type Caller, managedOwner, scopeOf } from '../tasks/task-access.js';
import { OPEN_STATES, type OpenState } from '../tasks/task-state.js';
import { TaskSearchRepository } from './task-search.repository.js';
import { demandOrder, type TaskSearch } from './task-search.service.js';

/** Open tasks to stop: those that all of what is given holds for. */
export interface OpenTaskSearch extends Omit<TaskSearch, 'states'> {
  readonly states?: readonly OpenState[] | undefined;
}

/** Which tasks to stop: those that are named, or those that are found. */
export interface CancelRequest {
  readonly ids?: readonly string[] | undefined;
  readonly search: OpenTaskSearch;
  /** Most tasks of those that are found. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Tells what would become of them, and stops none. */
  readonly isDryRun: boolean;
}

/** What became of tasks that were to be cancelled. */
export interface CancelledTasks {
  readonly verdicts: readonly CancelVerdict[];
  /** Goes on behind the last of them; `null` when there are no more. */
  readonly nextCursor: string | null;
}

/** Tasks cancelled in one transaction. */
const CANCELLED_AT_ONCE = 50;

const LIST = 'tasks:cancel';

/** Stops many tasks, each as if it were the only one. */
@Injectable()
export class BulkCancellationService {
  constructor(
    private readonly tasks: TaskSearchRepository,
    private readonly cancellation: TaskCancellationService,
    private readonly cursors: CursorCodec,
  ) {}

  /**
   * Stops the named tasks, or the open ones that are found, the newest first, of those that the caller may stop.
   *
   * @throws ValidationException when neither is given, or both, or the span of time ends before it begins
   */
  async cancel(request: CancelRequest, caller: Caller): Promise<CancelledTasks> {
    const { ids, search } = request;
    const isFound = Object.values(search).some((one) => one !== undefined);
    if (ids && isFound) throw invalid('stand alone: leave out what to search for');
    if (ids) return this.cancelNamed([...new Set(ids)], caller, request.isDryRun);
    if (!isFound) throw invalid('must be given, or what to search for');
    demandOrder(search);
    return this.cancelFound(request, caller);
  }

  private async cancelNamed(ids: readonly string[], caller: Caller, isDryRun: boolean): Promise<CancelledTasks> {
    const verdicts = new Map<string, CancelVerdict>();
    // The newest first: what depends on another task is newer, and is to be cancelled itself before it fails with that.
    const ordered = ids.toSorted().reverse();
    for (let at = 0; at < ordered.length; at += CANCELLED_AT_ONCE) {
      const some = ordered.slice(at, at + CANCELLED_AT_ONCE);
      for (const verdict of await this.cancellation.cancelSome(some, caller, isDryRun))
        verdicts.set(verdict.id, verdict);
    }
    return { verdicts: ids.flatMap((id) => verdicts.get(id) ?? []), nextCursor: null };
  }

  private async cancelFound(
    { search, limit, cursor, isDryRun }: CancelRequest,
    caller: Caller,
  ): Promise<CancelledTasks> {
    const { states = OPEN_STATES, createdBy = managedOwner(caller) } = search;
    const filter = { ...search, states, createdBy, scope: scopeOf(caller) };
    const verdicts: CancelVerdict[] = [];
    let [before] = (this.cursors.decode(LIST, cursor) ?? []).map(String);
    for (;;) {
      const size = Math.min(CANCELLED_AT_ONCE, limit - verdicts.length);
      const found = await this.tasks.list({ ...filter, before, limit: size + 1 });
      const ids = found.slice(0, size).map(({ id }) => id);
      verdicts.push(...(await this.cancellation.cancelSome(ids, caller, isDryRun)));
      if (found.length <= size) return { verdicts, nextCursor: null };
      before = ids.at(-1);
      if (before !== undefined && verdicts.length >= limit)
        return { verdicts, nextCursor: this.cursors.encode(LIST, [before]) };
    }
  }
}

function invalid(message: string): ValidationException {
  return new ValidationException('The request has one fault', {
    details: { errors: [{ path: 'ids', message, code: 'ids' }] },
  });
}
