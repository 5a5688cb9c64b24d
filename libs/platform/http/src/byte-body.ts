import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { ReadsBody } from './body-kind.js';
import { HttpRefusal } from './http-exceptions.js';

/** What such bodies are parsed as, whatever their sender calls them. */
export const BYTE_BODY_TYPE = 'application/x-devskyy-bytes';

/**
 * A route that gets its body as a `Buffer`, as it was sent, whatever its `Content-Type` and `Content-Encoding`: for protocols
 * that are no JSON. `inflateBody` undoes the encoding.
 */
export const ReadsBytes = (): MethodDecorator => ReadsBody('bytes');

interface Limits {
  maxOutputLength: number;
}

const INFLATE: Readonly<Record<string, (bytes: Buffer, limits: Limits) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, Limits, Buffer>(gunzip),
  br: promisify<Buffer, Limits, Buffer>(brotliDecompress),
  // RFC 9110 §8.4.1.2 means the zlib format; some senders leave its header out.
  deflate: (bytes, limits) => (hasZlibHeader(bytes) ? inflateZlib(bytes, limits) : inflateBare(bytes, limits)),
  identity: (bytes) => Promise.resolve(bytes),
};

const inflateZlib = promisify<Buffer, Limits, Buffer>(inflate);
const inflateBare = promisify<Buffer, Limits, Buffer>(inflateRaw);

/**
 * Undoes the `Content-Encoding` of a body: gzip, deflate, br or none.
 *
 * @param limit most bytes that may come out
 * @throws HttpRefusal 415 for another encoding, 413 beyond the limit, 400 for bytes that are not what they claim to be
 */
export async function inflateBody(bytes: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const read = INFLATE[(encoding ?? 'identity').trim().toLowerCase()];
  if (!read) {
    throw new HttpRefusal(
      'HTTP.UNSUPPORTED_ENCODING',
      'unsupported_media_type',
      'Send the body as gzip, deflate or br',
    );
  }
  try {
    return await read(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HttpRefusal('HTTP.BODY_TOO_LARGE', 'too_large', 'The body of the request is too large', { cause });
    }
    throw new HttpRefusal('HTTP.MALFORMED_ENCODING', 'malformed', 'The body is not what Content-Encoding says', {
      cause,
    });
  }
}

/** RFC 1950: method 8 in the low bits, and a checked pair of bytes. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
