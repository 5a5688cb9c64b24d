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
    return `http://localhost:${this.port}`;
  }

  /** `PUBLIC_URL` with its path; when that is unset, the address by which a request came. */
  asSeenBy({ protocol, host }: { readonly protocol: string; readonly host: string }): string {
    return this.server.publicUrl === undefined ? `${protocol}://${host}` : this.origin;
  }

  /** The port listened on: the system chooses one when the configured one is 0. */
  get port(): number {
    const address = (this.adapter.httpAdapter?.getHttpServer() as ListeningServer | undefined)?.address?.();
    return typeof address === 'object' && address ? address.port : this.server.port;
  }
}
