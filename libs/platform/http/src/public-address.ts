import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ServerConfig } from '#config';

interface ListeningServer {
  address?(): { port: number } | string | null;
}

/** Where others reach this service. */
@Injectable()
export class PublicAddress {
  constructor(
    private readonly server: ServerConfig,
    private readonly adapter: HttpAdapterHost,
  ) {}

  /** `PUBLIC_URL` without its closing slash; the local address when that is unset. */
  get origin(): string {
    if (this.server.publicUrl !== undefined) return this.server.publicUrl.replace(/\/$/, '');
    const address = (this.adapter.httpAdapter?.getHttpServer() as ListeningServer | undefined)?.address?.();
    const port = typeof address === 'object' && address ? address.port : this.server.port;
    return `http://localhost:${port}`;
  }
}
