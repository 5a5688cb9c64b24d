import { type Issue, issueOf } from './news.js';
import { RecentIssues } from './recent-issues.js';

const issue = (number: number, news: number): Issue =>
  issueOf(
    number,
    Array.from({ length: news }, () => ({ topic: 'tasks' as const, data: {} })),
  );
const idsBehind = (recent: RecentIssues, number: number, index = Infinity): string[] | undefined =>
  recent.behind({ number, index })?.map((one) => `${one.number}.${one.index}`);

describe('what was told lately', () => {
  let recent: RecentIssues;
  beforeEach(() => {
    recent = new RecentIssues(10);
    for (const number of [3, 4, 5]) recent.add(issue(number, 2));
  });

  it('is what a reader does not know', () => {
    expect(idsBehind(recent, 5)).toEqual([]);
    expect(idsBehind(recent, 4)).toEqual(['5.1', '5.2']);
    expect(idsBehind(recent, 4, 1)).toEqual(['4.2', '5.1', '5.2']);
    expect(idsBehind(recent, 2)).toEqual(['3.1', '3.2', '4.1', '4.2', '5.1', '5.2']);
  });

  it('is nothing when some of it is not held', () => {
    expect(idsBehind(recent, 1)).toBeUndefined();
    expect(idsBehind(recent, 2, 1)).toBeUndefined();
    expect(idsBehind(new RecentIssues(10), 5)).toBeUndefined();
  });

  it('lets the oldest go', () => {
    recent.add(issue(6, 1));
    expect(recent.first).toBe(4);
    recent.add(issue(7, 9));
    expect(recent.first).toBe(7);
    expect(idsBehind(recent, 6)).toHaveLength(9);
  });

  it('takes earlier ones as far as there is room', () => {
    recent = new RecentIssues(10);
    recent.add(issue(5, 2));
    recent.addEarlier([issue(2, 3), issue(3, 2), issue(4, 2)]);
    expect(recent.first).toBe(3);
    expect(idsBehind(recent, 3)).toEqual(['4.1', '4.2', '5.1', '5.2']);
  });

  it('is full once something had no room, until it is cleared', () => {
    expect(recent.isFull).toBe(false);
    recent.add(issue(6, 1));
    expect([recent.isFull, recent.first]).toEqual([true, 4]);
    recent.addEarlier([issue(3, 0)]);
    expect(recent.first).toBe(4);
    recent.clear();
    expect(recent.isFull).toBe(false);
    recent.add(issue(9, 2));
    recent.addEarlier([issue(7, 7), issue(8, 2)]);
    expect([recent.isFull, recent.first]).toEqual([true, 8]);
  });
});
