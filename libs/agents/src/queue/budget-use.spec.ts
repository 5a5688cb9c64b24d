import { type BudgetFacts, budgetsOf, type Consumption } from './budget-use.js';

const NO_LIMIT = { maxCostMicros: null, dailyCostMicros: null, maxTokens: null };
const task = (changes: Partial<Consumption> = {}): Consumption => ({
  budget: { maxCostMicros: null, maxTokens: null },
  costMicros: 0n,
  tokens: 0,
  estimateMicros: null,
  estimateTokens: null,
  ...changes,
});
const facts = (changes: Partial<BudgetFacts>): BudgetFacts => ({
  task: task(),
  agent: NO_LIMIT,
  dayMicros: 0n,
  running: [],
  isForCalls: false,
  calls: 7,
  maxCalls: 100,
  ...changes,
});

describe('the budgets of a task', () => {
  it('are those that bound it, and none where nothing does', () => {
    expect(budgetsOf(facts({}))).toEqual([]);
    expect(budgetsOf(facts({ isForCalls: true, calls: 100 }))).toEqual([
      { budget: 'hourly_calls', limit: 100n, spent: 100n, setAside: 0n, asked: 1n, isExceeded: true },
    ]);
  });

  it('are the lower of its own and its agent’s', () => {
    const own = { maxCostMicros: 500n, maxTokens: 90 };
    const uses = budgetsOf(
      facts({
        task: task({ budget: own, costMicros: 100n, tokens: 80, estimateMicros: 400n, estimateTokens: 11 }),
        agent: { ...NO_LIMIT, maxCostMicros: 600n, maxTokens: 90 },
      }),
    );
    expect(uses).toEqual([
      { budget: 'task_cost', limit: 500n, spent: 100n, setAside: 0n, asked: 400n, isExceeded: false },
      { budget: 'task_tokens', limit: 90n, spent: 80n, setAside: 0n, asked: 11n, isExceeded: true },
    ]);
  });

  it('count what nobody knows the price of as the least there is', () => {
    const [used] = budgetsOf(facts({ task: task({ budget: { maxCostMicros: 0n, maxTokens: null } }) }));
    expect(used).toMatchObject({ asked: null, isExceeded: true });
  });

  it('of a day have set aside what runs is expected to take: its estimate, else what is left of its own', () => {
    const running = [
      task({ estimateMicros: 300n }),
      task({ budget: { maxCostMicros: 200n, maxTokens: null }, costMicros: 50n }),
      task({ budget: { maxCostMicros: 10n, maxTokens: null }, costMicros: 50n }),
      task(),
    ];
    const agent = { ...NO_LIMIT, dailyCostMicros: 1_000n };
    const use = (estimateMicros: bigint) =>
      budgetsOf(facts({ agent, dayMicros: 400n, running, task: task({ estimateMicros }) }));
    expect(use(150n)).toEqual([
      { budget: 'daily_cost', limit: 1_000n, spent: 400n, setAside: 450n, asked: 150n, isExceeded: false },
    ]);
    expect(use(151n)[0]?.isExceeded).toBe(true);
  });
});
