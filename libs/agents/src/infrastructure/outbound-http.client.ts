import { lookup as resolve } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { AttemptFailedError } from '../domain/agents.exceptions.js';
import { isAllowedHost, isPublicAddress } from '../domain/network-address.js';
import { MAX_OUTPUT_BYTES } from '../domain/task.js';

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
export class OutboundHttpClient {
  constructor(private readonly config: AgentsConfig) {}

  /** Whether calls to this address would be refused for what it says alone; names are judged when they are resolved. */
  isRefused(address: string): boolean {
    const url = new URL(address);
    if (isAllowedHost(url, this.config.allowedHosts)) return false;
    const host = bareHost(url);
    return isIP(host) === 0 ? /(^|\.)localhost\.?$/.test(host) : !isPublicAddress(host);
  }

  /**
   * @throws AttemptFailedError when the address is refused or the answer too large; the transport's own error otherwise
   */
  async post(
    address: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    if (this.isRefused(address)) throw refused();
    const url = new URL(address);
    const lookup = isAllowedHost(url, this.config.allowedHosts) ? undefined : publicLookup;
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
            ...headers,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'accept-encoding': 'identity',
            'user-agent': 'DevSkyy',
          },
        },
        (answer) => {
          readBody(answer).then(
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
}

/** Resolves a name and refuses it when any of its addresses is internal: a mixed answer is an attempt at rebinding. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublicAddress(address))) return callback(refused(), []);
    const [first] = addresses;
    if (options.all || !first) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

async function readBody(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) {
      throw new AttemptFailedError('AGENT.OUTPUT_TOO_LARGE', 'The answer of the agent is larger than 10 MB', {
        retryable: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function refused(): AttemptFailedError {
  return new AttemptFailedError(
    'AGENT.ADDRESS_REFUSED',
    'The address of the agent is inside this network; list its host in AGENTS_ALLOWED_HOSTS to allow it',
    { retryable: false },
  );
}
