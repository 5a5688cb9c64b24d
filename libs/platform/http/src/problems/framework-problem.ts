import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { correlationOf } from '../doors/correlation.js';
import { PROBLEM_MEDIA_TYPE, problemType } from './problem.js';
import { usualHeaders } from '../doors/security-headers.js';

/** As much of Fastify's request and reply as is used; their own types depend on the kind of server. */
interface RawRequest {
  headers: IncomingHttpHeaders;
  server?: object;
}
interface RawReply {
  hijack(): unknown;
  raw: { writeHead(status: number, headers: OutgoingHttpHeaders): unknown; end(body: string): unknown };
}

/** Answers requests that Fastify refuses before any hook runs: undecodable paths, over-long parameters. */
export function frameworkProblem(error: { statusCode?: number }, request: RawRequest, reply: RawReply): void {
  const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 400;
  const { headers, body } = problemOf(status, correlationOf(request.headers).id, request.server);
  reply.hijack();
  reply.raw.writeHead(status, headers);
  reply.raw.end(body);
}

/** Answers what is no HTTP, and headers that are too large or come too slowly; Fastify calls it as a method of its instance. */
export function refuseUnreadable(this: object, error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const { headers, body } = problemOf(status, randomUUID(), this);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

const DETAILS: Readonly<Record<number, string>> = {
  408: 'The request did not arrive in time',
  414: 'A part of the address is too long',
  431: 'The address and the headers of the request are too large',
};

function problemOf(
  status: number,
  correlationId: string,
  server: object | undefined,
): { headers: Record<string, string | number>; body: string } {
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const code = `HTTP.${title.toUpperCase().replaceAll(/[^A-Z]+/g, '_')}`;
  const detail = DETAILS[status] ?? 'The request cannot be read';
  const body = JSON.stringify({ type: problemType(code), title, status, detail, instance: '/', code, correlationId });
  const headers = {
    ...usualHeaders(server),
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-ID': correlationId,
  };
  return { headers, body };
}
