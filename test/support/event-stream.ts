import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** An event of a stream, and when it came, by `performance.now()`. */
export interface SeenEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
  readonly at: number;
}

/** How a stream is asked for. */
export interface StreamOptions {
  readonly token?: string;
  readonly apiKey?: string;
  readonly lastEventId?: string;
}

/** Reads server-sent events as an EventSource does, with the headers that it cannot send. */
export class EventStream {
  readonly events: SeenEvent[] = [];
  /** Lines that are comments. */
  readonly comments: string[] = [];
  /** Id to come back with; also from blocks that tell nothing. */
  lastEventId: string | undefined;
  /** Resolves when the stream is over: `end` well, `cut` when the connection broke, `left` when this side let go. */
  readonly ended: Promise<'end' | 'cut' | 'left'>;
  private isLeft = false;

  private constructor(
    private readonly answer: IncomingMessage,
    lastEventId: string | undefined,
  ) {
    this.lastEventId = lastEventId;
    this.ended = this.read().then(
      () => 'end',
      () => (this.isLeft ? 'left' : 'cut'),
    );
  }

  /** @throws when it is not answered with a stream */
  static async open(url: string, options: StreamOptions): Promise<EventStream> {
    const answer = await ask(url, options);
    const type = answer.headers['content-type'];
    if (answer.statusCode !== 200 || type !== 'text/event-stream') {
      throw new Error(`${answer.statusCode} ${type}: ${await text(answer)}`);
    }
    return new EventStream(answer, options.lastEventId);
  }

  /** The events of one name. */
  of(event: string): SeenEvent[] {
    return this.events.filter((one) => one.event === event);
  }

  /** Waits until something holds of what was seen. */
  async until(holds: (stream: this) => boolean, withinMs = 20_000): Promise<void> {
    for (const end = Date.now() + withinMs; !holds(this);) {
      if (Date.now() > end) throw new Error(`nothing within ${withinMs} ms: ${JSON.stringify(this.events.slice(-5))}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    this.isLeft = true;
    this.answer.destroy();
    await this.ended;
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of this.answer as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const [id, data, comment] = [field('id'), field('data'), /^: (.*)$/m.exec(block)?.[1]];
    if (comment !== undefined) this.comments.push(comment);
    this.lastEventId = id ?? this.lastEventId;
    if (data === undefined) return;
    const parsed = JSON.parse(data) as Record<string, unknown>;
    this.events.push({ id, event: field('event') ?? 'message', data: parsed, at: performance.now() });
  }
}

/** Asks by a connection of its own, which nobody else uses afterwards. What comes is not read yet. */
export function ask(url: string, { token, apiKey, lastEventId }: StreamOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    request(url, { headers, agent: false }, resolve).on('error', reject).end();
  });
}
