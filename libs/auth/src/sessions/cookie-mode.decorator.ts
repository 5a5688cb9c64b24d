import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiSecurity } from '@nestjs/swagger';

/** Documents the headers by which a browser keeps its refresh token in a cookie (`BrowserSessionPresenter`). */
export const TakesCookieMode = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'X-Auth-Mode',
      required: false,
      schema: { type: 'string', enum: ['cookie'] },
      description:
        'Keeps the refresh token in a cookie that no script reads, instead of in the answer. Demands `X-CSRF`.',
    }),
    ApiHeader({
      name: 'X-CSRF',
      required: false,
      schema: { type: 'string', enum: ['1'] },
      description: 'Demanded in cookie mode, with JSON as body and an origin that is ours or in `CORS_ORIGINS`.',
    }),
  );

/** The refresh token comes in the cookie, or in the body. */
export const TakesRefreshCookie = (): MethodDecorator => applyDecorators(ApiSecurity('refreshCookie'), ApiSecurity({}));
