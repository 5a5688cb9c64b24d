import { planBatch } from './batch-plan.js';

const ID = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';

describe('planBatch', () => {
  it('resolves references and ids', () => {
    const plan = planBatch([{ ref: 'a' }, { dependsOn: ['a', ID.toUpperCase(), 'a'] }], true);
    expect(plan).toEqual({
      steps: [
        { inside: [], outside: [] },
        { inside: [0], outside: [ID] },
      ],
    });
  });

  it('may point forward', () => {
    expect(planBatch([{ dependsOn: ['late'] }, { ref: 'late' }], true)).toMatchObject({ steps: [{ inside: [1] }, {}] });
  });

  it('makes a line of what is not parallel', () => {
    expect(planBatch([{}, {}, {}], false)).toMatchObject({ steps: [{ inside: [] }, { inside: [0] }, { inside: [1] }] });
  });

  it.each([
    ['a cycle', [{ ref: 'a', dependsOn: ['b'] }, { ref: 'b', dependsOn: ['a'] }, {}], true, [0, 1]],
    ['an operation that waits for itself', [{ ref: 'a', dependsOn: ['a'] }], true, [0]],
    ['what hangs on a cycle', [{ ref: 'a', dependsOn: ['a'] }, { dependsOn: ['a'] }], true, [0, 1]],
    ['a line against a reference', [{ dependsOn: ['b'] }, { ref: 'b' }], false, [0, 1]],
    ['a name twice', [{ ref: 'a' }, { ref: 'a' }], true, [1]],
    ['an unknown name', [{ dependsOn: ['x'] }], true, [0]],
  ])('refuses %s', (_name, operations, parallel, faulty) => {
    expect(planBatch(operations, parallel).faults?.map(({ index }) => index)).toEqual(faulty);
  });

  it('takes a thousand in a line', () => {
    expect(planBatch(Array<object>(1000).fill({}), false).faults).toBeUndefined();
  });
});
