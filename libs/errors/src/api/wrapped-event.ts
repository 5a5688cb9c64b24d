import { inflateBody } from '#platform/http';

/** What base64 is made of, up to its padding and the end of a line; no JSON object looks like it. */
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s{0,2}$/;

/**
 * The JSON of an event that raven clients send as zlib in base64, without saying so; other bodies are left as they are.
 *
 * @param limit most bytes that may come out
 * @throws HttpRefusal as of `inflateBody`, 400 for base64 of something else
 */
export async function unwrapEvent(bytes: Buffer, limit: number): Promise<Buffer> {
  const text = bytes.toString('latin1');
  return BASE64.test(text) ? inflateBody(Buffer.from(text, 'base64'), 'deflate', limit) : bytes;
}
