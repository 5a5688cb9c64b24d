import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzip,
  inflate,
  inflateRaw,
} from 'node:zlib';
import { ReadsBody } from './body-kind.js';
import { HttpRefusal } from '../problems/http-exceptions.js';

/** What such bodies are parsed as, whatever their sender calls them. */
export const BYTE_BODY_TYPE = 'application/x-devskyy-bytes';

/**
 * A route that gets its body as a stream, as it was sent, whatever its `Content-Type` and `Content-Encoding`: for protocols that are no
 * JSON. `ByteBody` reads it, when the route knows who sends it.
 */
export const ReadsBytes = (): MethodDecorator => ReadsBody('bytes');

/** Compressed bytes that hold any first line: those of a header hardly shrink, and never grow by much. */
const HEAD_BYTES = 16 * 1024;

/** A body that is read as far as it is needed. */
export class ByteBody {
  private readonly chunks: Buffer[] = [];
  private length = 0;
  private isComplete = false;

  /** @param encoding its `Content-Encoding` */
  constructor(
    private readonly stream: Readable,
    private readonly encoding: string | undefined,
  ) {}

  /**
   * The beginning, without reading or inflating more than that takes.
   *
   * @param atMost bytes that may come out
   * @throws HttpRefusal as `whole`
   */
  async head(atMost: number): Promise<Buffer> {
    await this.receive(HEAD_BYTES);
    return inflatedHead(Buffer.concat(this.chunks).subarray(0, HEAD_BYTES), this.encoding, atMost);
  }

  /**
   * The whole body.
   *
   * @param limit most bytes that may come in, and out
   * @throws HttpRefusal 415 for an encoding that is not known, 413 beyond the limit, 400 for bytes that are not what they claim to be
   */
  async whole(limit: number): Promise<Buffer> {
    await this.receive(limit + 1);
    if (this.length > limit) throw tooLarge();
    return inflateBody(Buffer.concat(this.chunks), this.encoding, limit);
  }

  /** Lets the rest pass unread, so that the connection can be used again. */
  discard(): void {
    if (!this.isComplete && !this.stream.destroyed) this.stream.resume();
  }

  /** Reads until so many bytes are there, or all. */
  private receive(bytes: number): Promise<void> {
    if (this.isComplete || this.length >= bytes) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        this.chunks.push(chunk);
        this.length += chunk.length;
        if (this.length >= bytes) finish();
      };
      const onEnd = (): void => {
        this.isComplete = true;
        finish();
      };
      const onBroken = (cause?: Error): void =>
        finish(new HttpRefusal('HTTP.BAD_REQUEST', 'malformed', 'The request cannot be read', { cause }));
      const finish = (failure?: Error): void => {
        this.stream.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken).pause();
        if (failure) reject(failure);
        else resolve();
      };
      this.stream.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
      this.stream.resume();
    });
  }
}

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
  const read = INFLATE[nameOf(encoding)];
  if (!read) throw unknownEncoding();
  try {
    return await read(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(cause);
    throw new HttpRefusal('HTTP.MALFORMED_ENCODING', 'malformed', 'The body is not what Content-Encoding says', {
      cause,
    });
  }
}

/** What comes out first; nothing of bytes that are not what they claim to be. */
function inflatedHead(bytes: Buffer, encoding: string | undefined, atMost: number): Promise<Buffer> {
  const name = nameOf(encoding);
  if (name === 'identity') return Promise.resolve(bytes.subarray(0, atMost));
  if (!Object.hasOwn(INFLATE, name)) return Promise.reject(unknownEncoding());
  const options = { chunkSize: atMost, flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  const flushing = constants.BROTLI_OPERATION_FLUSH;
  const inflating =
    name === 'br'
      ? createBrotliDecompress({ chunkSize: atMost, flush: flushing, finishFlush: flushing })
      : name === 'gzip'
        ? createGunzip(options)
        : hasZlibHeader(bytes)
          ? createInflate(options)
          : createInflateRaw(options);
  return new Promise((resolve) => {
    const finish = (head: Buffer): void => {
      resolve(head.subarray(0, atMost));
      inflating.destroy();
    };
    inflating
      .once('data', finish)
      .once('end', () => finish(Buffer.alloc(0)))
      .on('error', () => finish(Buffer.alloc(0)));
    inflating.end(bytes);
  });
}

function nameOf(encoding: string | undefined): string {
  return (encoding ?? 'identity').trim().toLowerCase();
}

/** The refusal of a body beyond its limit. */
export function tooLarge(cause?: unknown): HttpRefusal {
  return new HttpRefusal('HTTP.BODY_TOO_LARGE', 'too_large', 'The body of the request is too large', { cause });
}

function unknownEncoding(): HttpRefusal {
  return new HttpRefusal('HTTP.UNSUPPORTED_ENCODING', 'unsupported_media_type', 'Send the body as gzip, deflate or br');
}

/** RFC 1950: method 8 in the low bits, and a checked pair of bytes. */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
