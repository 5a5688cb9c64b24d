import { flag, integer, section } from './setting.js';

/** Sizes and times that bound one request. */
export class PerformanceConfig extends section('performance', {
  maxContentLengthMb: integer({
    env: 'MAX_CONTENT_LENGTH_MB',
    default: 16,
    min: 1,
    max: 100,
    description: 'Largest request body, in MB; larger ones get 413.',
  }),
  maxBytesInFlightMb: integer({
    env: 'MAX_BYTES_IN_FLIGHT_MB',
    default: 64,
    min: 1,
    max: 1024,
    description:
      'Bodies that one user, or one network of strangers, may have in the works at once, in MB; more gets 429.',
  }),
  maxStreamsPerUser: integer({
    env: 'MAX_STREAMS_PER_USER',
    default: 1000,
    min: 1,
    max: 100_000,
    description: 'Streams and waiting requests that one user may have open at once in one process; more gets 429.',
  }),
  maxStreams: integer({
    env: 'MAX_STREAMS',
    default: 2000,
    min: 1,
    max: 100_000,
    description: 'Streams of the dashboard that may be open at once in one process; more gets 503.',
  }),
  streamResumeSeconds: integer({
    env: 'STREAM_RESUME_SECONDS',
    default: 900,
    min: 60,
    max: 86_400,
    description: 'How long a reader of the dashboard stream may be away and go on where he was, in seconds.',
  }),
  requestTimeoutSeconds: integer({
    env: 'REQUEST_TIMEOUT_SECONDS',
    default: 300,
    min: 30,
    max: 3600,
    description: 'Longest time to receive a whole request, in seconds.',
  }),
  headersTimeoutSeconds: integer({
    env: 'HEADERS_TIMEOUT_SECONDS',
    default: 10,
    min: 1,
    max: 120,
    description: 'Longest time to receive the headers of a request, in seconds.',
  }),
  workerCount: integer({
    env: 'WORKER_COUNT',
    default: 4,
    min: 1,
    max: 32,
    description: 'Agent tasks that one process runs at once.',
  }),
  enableGzip: flag<boolean>({ env: 'ENABLE_GZIP', default: true, description: 'Compress answers.' }),
  gzipMinimumSize: integer({
    env: 'GZIP_MINIMUM_SIZE',
    default: 1000,
    min: 100,
    max: 10_000,
    description: 'Smallest answer that is compressed, in bytes.',
  }),
}) {}
