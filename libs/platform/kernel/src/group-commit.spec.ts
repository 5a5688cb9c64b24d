import { GroupCommit } from './group-commit.js';

describe('a group commit', () => {
  it('does together what is asked for in one turn or meanwhile, and gives each its own result', async () => {
    const groups: number[][] = [];
    let end = (): void => undefined;
    const commits = new GroupCommit<number, string>(async (items) => {
      groups.push(items);
      if (groups.length === 1) await new Promise<void>((resolve) => (end = resolve));
      return items.map(String);
    });
    const first = [commits.add(1), commits.add(2)];
    await new Promise(setImmediate);
    const later = [commits.add(3), commits.add(4)];
    expect(groups).toEqual([[1, 2]]);
    end();
    expect(await Promise.all([...first, ...later])).toEqual(['1', '2', '3', '4']);
    await commits.finish();
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('takes only so many at a time, and only what fits the first, in order of arrival', async () => {
    const groups: string[][] = [];
    const work = (items: string[]): Promise<void[]> => Promise.resolve(void groups.push(items)).then(() => []);
    const commits = new GroupCommit<string, void>(work, 2, (item, first) => item[0] === first[0]);
    for (const item of ['a1', 'b1', 'a2', 'a3', 'b2']) void commits.add(item);
    await commits.finish();
    expect(groups).toEqual([['a1', 'a2'], ['b1', 'b2'], ['a3']]);
  });

  it('fails a group as a whole, and no other', async () => {
    const commits = new GroupCommit<number, number>(
      (items) => (items.includes(2) ? Promise.reject(new Error('full')) : Promise.resolve(items)),
      2,
    );
    const settled = await Promise.allSettled([1, 2, 3].map((item) => commits.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await commits.add(4)).toBe(4);
  });
});
