import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { PROBLEM_MEDIA_TYPE, problemType } from './problem.js';

/** As much of Fastify's reply as is used; its own type depends on the kind of server. */
interface RawReply {
  hijack(): unknown;
  raw: { writeHead(status: number, headers: OutgoingHttpHeaders): unknown; end(body: string): unknown };
}

/** Answers requests that Fastify refuses before any hook runs: undecodable paths, over-long parameters. */
export function frameworkProblem(error: { statusCode?: number }, request: { id: string }, reply: RawReply): void {
  const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 400;
  const code = status === 414 ? 'HTTP.URI_TOO_LONG' : 'HTTP.BAD_REQUEST';
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const detail = 'The address of the request cannot be read';
  reply.hijack();
  reply.raw.writeHead(status, { 'content-type': PROBLEM_MEDIA_TYPE, 'x-request-id': request.id });
  reply.raw.end(JSON.stringify({ type: problemType(code), title, status, detail, instance: '/', code }));
}
