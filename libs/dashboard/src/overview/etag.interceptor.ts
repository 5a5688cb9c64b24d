import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, HttpStatus, Injectable, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

interface ConditionalRequest {
  headers: Record<string, string | string[] | undefined>;
}

interface ConditionalReply {
  header(name: string, value: string): unknown;
  code(status: number): unknown;
}

/** Marks answers with a hash of their content, and spares the content to a caller who has it (RFC 9110 §13.1.2). */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      map((body) => {
        const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;
        const reply = http.getResponse<ConditionalReply>();
        reply.header('ETag', etag);
        reply.header('Cache-Control', 'private, no-cache');
        const known = String(http.getRequest<ConditionalRequest>().headers['if-none-match'] ?? '');
        if (!known.split(',').some((one) => one.trim() === etag)) return body;
        reply.code(HttpStatus.NOT_MODIFIED);
        return undefined;
      }),
    );
  }
}
