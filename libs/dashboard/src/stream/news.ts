import type { TaskAccess } from '#agents';
import { idOf } from './position.js';
import { eventText } from './server-sent-event.js';
import type { Topic } from './topic.js';

/** Something that happened, at its place in a bulletin. */
export class News {
  private text: Buffer | undefined;

  constructor(
    /** Of the bulletin. */
    readonly number: number,
    /** Place in it, from 1. */
    readonly index: number,
    readonly topic: Topic,
    /** `skipped` stands for more of one topic than a bulletin tells one by one. */
    private readonly event: Topic | 'skipped',
    private readonly data: object,
    /** What decides who may see it; `undefined` is everybody who may read the topic. */
    readonly access: TaskAccess | undefined,
  ) {}

  /** As a stream carries it; written once, however many read it. */
  get bytes(): Buffer {
    return (this.text ??= eventText(this.event, this.data, idOf(this)));
  }
}

/** What one bulletin tells. */
export interface Issue {
  readonly number: number;
  readonly news: readonly News[];
}

/** What may become news: `undefined` where what it is about is not shown (any more). It keeps its place all the same. */
export interface Item {
  readonly topic: Topic;
  readonly data: object | undefined;
  readonly access?: TaskAccess | undefined;
}

/** News of one topic that a bulletin tells one by one; of more it says only that there were more: who wants them all reads the list. */
export const MOST_OF_A_TOPIC = 250;

/**
 * Numbers what a bulletin tells. The numbers depend on what happened only, not on who reads or on what is left of it, so that every
 * process gives the same.
 */
export function issueOf(number: number, items: readonly Item[]): Issue {
  const counts = new Map<Topic, number>();
  for (const { topic } of items) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  const skipped = new Set<Topic>();
  const news: News[] = [];
  let index = 0;
  for (const { topic, data, access } of items) {
    if ((counts.get(topic) ?? 0) <= MOST_OF_A_TOPIC) {
      index += 1;
      if (data) news.push(new News(number, index, topic, topic, data, access));
    } else if (!skipped.has(topic)) {
      index += 1;
      skipped.add(topic);
      news.push(new News(number, index, topic, 'skipped', { topic }, undefined));
    }
  }
  return { number, news };
}
