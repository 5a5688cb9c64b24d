import type { FastifyReply } from 'fastify';
import type { StartedSession } from './session-start.service.js';
import type { TokenPair } from './token-pair.service.js';
import type { BrowserSessionPresenter } from './browser-session.presenter.js';
import type { LoginResultDto, TokenPairDto } from './token-pair.dto.js';
import { toUserDto } from '../identities/user.dto.js';

/** What a login answers; in cookie mode the long-lived tokens are in cookies and not in it. */
export function answerLogin(
  { tokens, user, deviceToken }: StartedSession,
  inCookies: boolean,
  browser: BrowserSessionPresenter,
  reply: FastifyReply,
): LoginResultDto {
  if (inCookies) browser.write(reply, tokens, deviceToken);
  return { ...toTokenPairDto(tokens, inCookies), user: toUserDto(user), ...(inCookies ? {} : { deviceToken }) };
}

export function toTokenPairDto(
  { accessToken, refreshToken, expiresInSeconds }: TokenPair,
  inCookies: boolean,
): TokenPairDto {
  const hidden = inCookies ? {} : { refreshToken };
  return { accessToken, ...hidden, tokenType: 'Bearer', expiresIn: expiresInSeconds };
}
