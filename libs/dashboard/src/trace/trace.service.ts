import { Injectable } from '@nestjs/common';
import { AgentsLookupService } from '#agents';
import { AccountsLookupService } from '#auth';
import { ErrorsLookupService } from '#errors';
import { FinanceLookupService } from '#finance';
import { MAX_TRACED, type Named, type Traced } from '#platform/kernel';
import type { Principal } from '#platform/security';

/** What happened within one unit of work. */
export interface Trace {
  readonly items: readonly Traced[];
  /** Whether there is more of some kind than is told. */
  readonly isCut: boolean;
}

/** Follows one id through all modules. Each module decides what the caller may see of it. */
@Injectable()
export class TraceService {
  constructor(
    private readonly accounts: AccountsLookupService,
    private readonly finance: FinanceLookupService,
    private readonly agents: AgentsLookupService,
    private readonly errors: ErrorsLookupService,
  ) {}

  /** Everything that carries the id of a request, task or job run, in order of time. */
  async byCorrelation(correlationId: string, caller: Principal): Promise<Trace> {
    const lists = await Promise.all(this.modules.map((one) => one.byCorrelation(correlationId, caller)));
    const items = lists.flat().toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const counts = new Map<string, number>();
    for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return { items, isCut: [...counts.values()].some((count) => count >= MAX_TRACED) };
  }

  /** Whatever has this id. */
  async byId(id: string, caller: Principal): Promise<Named[]> {
    return (await Promise.all(this.modules.map((one) => one.byId(id, caller)))).flat();
  }

  private get modules() {
    return [this.accounts, this.finance, this.agents, this.errors];
  }
}
