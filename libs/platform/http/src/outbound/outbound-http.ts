import { lookup as resolve } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { AppException, currentContext, type ExceptionOptions } from '#platform/kernel';
import { REQUEST_ID } from '../doors/correlation.js';
import { isAllowedHost, isPublicAddress } from '../doors/network-address.js';

/** The address is inside this network, and nobody allowed it. */
export class AddressRefusedError extends AppException {
  constructor(
    message = 'The address is inside this network; list its host in AGENTS_ALLOWED_HOSTS to allow it',
    options: ExceptionOptions = {},
  ) {
    super({ code: 'HTTP.ADDRESS_REFUSED', category: 'security', kind: 'invalid' }, message, options);
  }
}

/** The answer of another service is larger than the caller takes. */
export class AnswerTooLargeError extends AppException {
  constructor(message = 'The answer is too large', options: ExceptionOptions = {}) {
    super({ code: 'HTTP.ANSWER_TOO_LARGE', category: 'external_api', kind: 'upstream' }, message, options);
  }
}

/** This machine, as addresses write it. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What was answered; redirects are answers like any other. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Posts to addresses that operators configure. A name is resolved once, every address it has is checked, and the connection
 * goes to the checked addresses, so that a second answer of the name server cannot redirect it (DNS rebinding).
 */
@Injectable()
export class OutboundHttp {
  constructor(private readonly config: AgentsConfig) {}

  /** Whether calls to this address would be refused for what it says alone; names are judged when they are resolved. */
  isRefused(address: string, allowLoopback = false): boolean {
    const url = new URL(address);
    if (this.isTrusted(url, allowLoopback)) return false;
    const host = bareHost(url);
    return isIP(host) === 0 ? /(^|\.)localhost\.?$/.test(host) : !isPublicAddress(host);
  }

  /**
   * The call carries the id of the unit of work that makes it.
   *
   * @param limits the largest answer that is read, and whether this machine itself or all of this network may be called
   * @throws AddressRefusedError, AnswerTooLargeError; the transport's own error otherwise
   */
  async post(
    address: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    {
      maxBytes,
      allowLoopback = false,
      allowInternal = false,
    }: { maxBytes: number; allowLoopback?: boolean; allowInternal?: boolean },
  ): Promise<OutboundAnswer> {
    if (!allowInternal && this.isRefused(address, allowLoopback)) throw new AddressRefusedError();
    const url = new URL(address);
    const lookup = allowInternal || this.isTrusted(url, allowLoopback) ? undefined : publicLookup;
    const correlationId = currentContext()?.correlationId;
    const { request } = url.protocol === 'https:' ? https : http;
    return new Promise((resolvePost, reject) => {
      const call = request(
        url,
        {
          method: 'POST',
          agent: false,
          signal,
          ...(lookup && { lookup }),
          headers: {
            ...(isSendable(correlationId) && { 'x-request-id': correlationId }),
            ...headers,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'accept-encoding': 'identity',
            'user-agent': 'DevSkyy',
          },
        },
        (answer) => {
          readBody(answer, maxBytes).then(
            (text) => resolvePost({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
            (error: unknown) => {
              call.destroy();
              reject(error);
            },
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }

  private isTrusted(url: URL, allowLoopback: boolean): boolean {
    return isAllowedHost(url, this.config.allowedHosts) || (allowLoopback && LOOPBACK.test(url.hostname));
  }
}

/** Resolves a name and refuses it when any of its addresses is internal: a mixed answer is an attempt at rebinding. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(new AddressRefusedError(), []);
    const [first] = addresses;
    if (options.all || !first) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new AnswerTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Ids that failures were reported with hold what their senders liked: one that is no value of a header stays here. */
function isSendable(id: string | undefined): id is string {
  return id !== undefined && REQUEST_ID.test(id);
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
