import { Injectable } from '@nestjs/common';
import { serialize, parse } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CorsConfig } from '#config';
import { HttpRefusal } from '#platform/http';
import { type CountedRequest, RateLimits } from '#platform/security';
import { SessionService } from './session.service.js';
import type { TokenPair } from './token-pair.service.js';
import { CrossSiteRequestException } from '../identities/auth.exceptions.js';
import { DEVICE_LIFE_MS } from '../attempts/device-token.js';

const REFRESH_COOKIE = '__Host-refresh';
const DEVICE_COOKIE = '__Host-device';

/** What makes the prefix `__Host-` hold (RFC 6265bis §4.1.3.2), and keeps scripts and other sites out. */
const ATTRIBUTES = { secure: true, httpOnly: true, sameSite: 'strict', path: '/' } as const;

/** Where the tokens of a request live. */
interface SessionMode {
  /** In cookies, out of reach of scripts; answers must not hold them. */
  inCookies: boolean;
}

/**
 * Cookie mode: a browser's refresh token lives in a cookie that no script can read. Cookies come along by themselves, so
 * routes that use them demand proof that one of our own pages, or an allowed one, sent the request.
 */
@Injectable()
export class BrowserSessionPresenter {
  constructor(
    private readonly cors: CorsConfig,
    private readonly sessions: SessionService,
    limits: RateLimits,
  ) {
    limits.recogniseBy('refresh', (request) => this.recognise(request));
  }

  /** The session whose genuine token a request refreshes by; what it is worth is not asked here. */
  private async recognise({ body, headers }: CountedRequest): Promise<string | undefined> {
    const inBody = (body as { refreshToken?: unknown } | null | undefined)?.refreshToken;
    const token = inBody ?? parse(String(headers?.['cookie'] ?? ''))[REFRESH_COOKIE];
    const sessionId = typeof token === 'string' ? await this.sessions.recognise(token) : undefined;
    return sessionId && `session:${sessionId}`;
  }

  /**
   * The mode that a request asks for, and the device it comes from.
   *
   * @throws CrossSiteRequestException, HttpRefusal when cookie mode is asked for without that proof
   */
  readMode(request: FastifyRequest, body: { deviceToken?: string } = {}): SessionMode & { deviceToken?: string } {
    if (request.headers['x-auth-mode'] !== 'cookie') return { inCookies: false, ...body };
    this.demandOwnPage(request);
    return { inCookies: true, deviceToken: parse(request.headers.cookie ?? '')[DEVICE_COOKIE] };
  }

  /**
   * The refresh token of a request: from the body, or from the cookie when the body has none.
   *
   * @throws CrossSiteRequestException when the cookie is used without that proof
   * @throws HttpRefusal 400 when a token comes both ways in cookie mode; 415 when the body is not JSON
   */
  read(request: FastifyRequest, body: { refreshToken?: string } = {}): SessionMode & { refreshToken?: string } {
    const inCookie = parse(request.headers.cookie ?? '')[REFRESH_COOKIE];
    const isCookieMode = request.headers['x-auth-mode'] === 'cookie';
    if (!isCookieMode && (body.refreshToken !== undefined || inCookie === undefined))
      return { inCookies: false, ...body };
    this.demandOwnPage(request);
    if (body.refreshToken !== undefined)
      throw new HttpRefusal(
        'AUTH.TOKEN_IN_BODY',
        'malformed',
        'In cookie mode the refresh token comes in the cookie only',
      );
    return { inCookies: true, refreshToken: inCookie };
  }

  /** Puts the tokens into cookies; one that is not remembered goes when the browser is closed. */
  write(reply: FastifyReply, tokens: TokenPair, deviceToken?: string): void {
    const { refreshToken, isRemembered, sessionEndsInSeconds } = tokens;
    const life = isRemembered ? { maxAge: sessionEndsInSeconds } : {};
    void reply.header('set-cookie', serialize(REFRESH_COOKIE, refreshToken, { ...ATTRIBUTES, ...life }));
    if (deviceToken === undefined) return;
    const maxAge = Math.floor(DEVICE_LIFE_MS / 1000);
    void reply.header('set-cookie', serialize(DEVICE_COOKIE, deviceToken, { ...ATTRIBUTES, maxAge }));
  }

  /** Takes the refresh token away; the device stays known. */
  clear(reply: FastifyReply): void {
    void reply.header('set-cookie', serialize(REFRESH_COOKIE, '', { ...ATTRIBUTES, maxAge: 0 }));
  }

  /**
   * A header that no form can send, a body that no form can send, and an origin: that of the service, or an allowed one
   * (OWASP CSRF prevention: custom header, Fetch Metadata, Origin). A request that says nothing of its origin is refused.
   */
  private demandOwnPage(request: FastifyRequest): void {
    const { headers } = request;
    if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
      throw new HttpRefusal('HTTP.UNSUPPORTED_MEDIA_TYPE', 'unsupported_media_type', 'Send application/json');
    if (headers['x-csrf'] !== '1') throw new CrossSiteRequestException('Cookie mode demands the header X-CSRF: 1');
    const { origin } = headers;
    if (origin !== undefined && this.cors.origins.includes(origin)) return;
    if (origin !== undefined && origin === `${request.protocol}://${request.host}`) return;
    // Set by the browser itself; right also behind a proxy that does not say by which scheme it was called.
    if (headers['sec-fetch-site'] === 'same-origin') return;
    throw new CrossSiteRequestException(
      'The request does not come from a page of this service or of an allowed origin',
    );
  }
}
