import type { AgentKind } from './agent-kinds.js';
import type { AgentRunner } from './agent-runner.js';
import { AgentRunnersService } from './agent-runners.service.js';
import type { ClaimedTask } from './claimed-task.js';

const runner = (kind: AgentKind, more: Partial<AgentRunner> = {}): AgentRunner => ({
  kind,
  run: () => Promise.resolve({ output: kind }),
  ...more,
});

describe('the runners of a process', () => {
  const all = new AgentRunnersService([
    runner('http', { check: () => ({ field: 'url', message: 'must not' }) }),
    runner('internal', { has: ['a', 'b'] }),
    runner('llm', { has: ['openai'], isUnbroken: true, estimate: () => ({ tokens: 7, micros: null }) }),
  ]);

  it('are one for each kind that workers do not lease', () => {
    expect(all.kinds).toEqual(['http', 'internal', 'llm']);
    expect(() => new AgentRunnersService([runner('http'), runner('internal')])).toThrow('llm');
  });

  it('say what this process has of what agents need', () => {
    expect(all.resources).toEqual(['handler:a', 'handler:b', 'key:openai']);
    expect(all.unbroken).toEqual(['llm']);
  });

  it('have an opinion where their kind has one', () => {
    const task = { taskDescription: null, parameters: {} };
    expect([all.check('http', {}), all.check('llm', {}), all.check('worker', {})]).toEqual([
      { field: 'url', message: 'must not' },
      undefined,
      undefined,
    ]);
    expect(all.estimate({ kind: 'llm', config: {} }, task, false)).toEqual({ tokens: 7, micros: null });
    expect(all.estimate({ kind: 'worker', config: {} }, task, false)).toBeUndefined();
  });

  it('run the tasks of their kind, and no others', async () => {
    const claimed = (kind: AgentKind): ClaimedTask => ({ kind }) as ClaimedTask;
    const { signal } = new AbortController();
    expect(await all.run(claimed('internal'), signal)).toEqual({ output: 'internal' });
    await expect(all.run(claimed('worker'), signal)).rejects.toThrow('worker');
  });
});
