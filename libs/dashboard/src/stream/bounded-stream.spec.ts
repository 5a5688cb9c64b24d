import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { BoundedStream } from './bounded-stream.js';

const bytes = (count: number): Buffer => Buffer.alloc(count, 'x');

describe('a bounded stream', () => {
  it('hands on what is said to who fetches it', async () => {
    const stream = new BoundedStream(1_000, () => undefined);
    const read = stream.pipe(new PassThrough()).setEncoding('utf8').toArray();
    for (const text of ['a', 'b']) stream.say(Buffer.from(text.repeat(100)));
    stream.end();
    stream.say(bytes(1));
    expect((await read).join('')).toBe(`${'a'.repeat(100)}${'b'.repeat(100)}`);
  });

  it('cuts off who does not', async () => {
    let cuts = 0;
    const stream = new BoundedStream(10, () => cuts++);
    const closed = once(stream, 'close');
    stream.say(bytes(10));
    expect(cuts).toBe(0);
    stream.say(bytes(1));
    await closed;
    stream.say(bytes(1));
    expect(cuts).toBe(1);
  });

  it('holds what somebody missed, however much it is, and after it no more than of others', () => {
    let cuts = 0;
    const stream = new BoundedStream(10, () => cuts++);
    stream.catchUp([bytes(50), bytes(50)]);
    stream.say(bytes(10));
    expect(cuts).toBe(0);
    stream.read();
    stream.say(bytes(11));
    expect(cuts).toBe(1);
  });

  it('waits a second for who is to fetch the rest', () => {
    jest.useFakeTimers();
    const stream = new BoundedStream(10, () => undefined);
    stream.say(bytes(5));
    stream.end();
    jest.advanceTimersByTime(900);
    expect(stream.destroyed).toBe(false);
    jest.advanceTimersByTime(200);
    expect(stream.destroyed).toBe(true);
    jest.useRealTimers();
  });
});
