import { issueOf, type Item, MOST_OF_A_TOPIC } from './news.js';

const of = (topic: Item['topic'], count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({ topic, data: { n } }));

describe('an issue of news', () => {
  it('numbers what happened, whatever is left of it', () => {
    const items: Item[] = [{ topic: 'tasks', data: undefined }, ...of('errors', 1)];
    const { news } = issueOf(7, items);
    expect(news.map(({ number, index, topic }) => [number, index, topic])).toEqual([[7, 2, 'errors']]);
    expect(news[0]?.bytes.toString()).toBe('id: 7.2\nevent: errors\ndata: {"n":0}\n\n');
  });

  it('tells as many of a topic as it may', () => {
    expect(issueOf(1, of('tasks', MOST_OF_A_TOPIC)).news).toHaveLength(MOST_OF_A_TOPIC);
  });

  it('says once that there were more, and keeps telling of other topics', () => {
    const { news } = issueOf(1, [...of('tasks', MOST_OF_A_TOPIC + 1), ...of('errors', 2)]);
    expect(news.map(({ bytes }) => bytes.toString())).toEqual([
      'id: 1.1\nevent: skipped\ndata: {"topic":"tasks"}\n\n',
      'id: 1.2\nevent: errors\ndata: {"n":0}\n\n',
      'id: 1.3\nevent: errors\ndata: {"n":1}\n\n',
    ]);
  });
});
