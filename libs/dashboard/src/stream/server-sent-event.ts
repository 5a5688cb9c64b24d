/** An event as a stream carries it (HTML, "Server-sent events"). Names and ids are ours, and JSON has no line breaks. */
export function eventText(event: string, data: object, id?: string): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Says where the reader is without telling him anything: he goes on there when he comes back. */
export function placeText(id: string): Buffer {
  return Buffer.from(`: here\nid: ${id}\n\n`);
}

/** Milliseconds after which a reader that lost its connection comes back. */
export function retryText(milliseconds: number): Buffer {
  return Buffer.from(`retry: ${milliseconds}\n\n`);
}

/** Shows that the connection is alive. */
export const ALIVE = Buffer.from(': alive\n\n');
