import { createServer } from 'node:net';
import type { EnvironmentConfig, ServerConfig } from '#config';

/** The address to listen on; unless it is configured, everybody's in production and this machine's elsewhere. */
export function hostOf({ host }: ServerConfig, { isProduction }: EnvironmentConfig): string {
  return host ?? (isProduction ? '0.0.0.0' : '127.0.0.1');
}

/**
 * Looks whether the port is free, before anything is started or made that a process which cannot listen would leave behind.
 *
 * @throws Error of Node, `EADDRINUSE` among them, when it is not
 */
export function demandPort(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}
