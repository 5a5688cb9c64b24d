import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { STATUS_BY_KIND } from '#platform/http';
import { OAuthException } from './oauth.exceptions.js';

/** Answers OAuth clients as RFC 6749 §5.2 says; every other failure goes on to the global filter. */
@Catch(OAuthException)
export class OAuthErrorFilter implements ExceptionFilter<OAuthException> {
  catch({ error, message, kind }: OAuthException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error === 'invalid_client') void reply.header('www-authenticate', 'Basic realm="devskyy"');
    void reply
      .code(STATUS_BY_KIND[kind])
      .header('cache-control', 'no-store')
      .send({ error, error_description: message });
  }
}
