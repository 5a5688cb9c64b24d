import { connect } from 'node:net';
import type { EnvironmentConfig, ServerConfig } from '#config';

/** The address to listen on; unless it is configured, everybody's in production and this machine's elsewhere. */
export function hostOf({ host }: ServerConfig, { isProduction }: EnvironmentConfig): string {
  return host ?? (isProduction ? '0.0.0.0' : '127.0.0.1');
}

/** A port at which nobody answers within this time is free, or will be found taken when it is opened. */
const ANSWER_MS = 1_000;

/**
 * Looks whether somebody listens at the port already, before anything is started or made that a process which cannot listen would leave
 * behind. Opening the port for a look would take connections that nobody answers.
 *
 * @throws Error with the code `EADDRINUSE`, as Node's, when somebody does
 */
export function demandPort(port: number, host: string): Promise<void> {
  if (port === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: reachable(host), timeout: ANSWER_MS });
    const end = (isTaken: boolean): void => {
      socket.destroy();
      if (!isTaken) resolve();
      else
        reject(
          Object.assign(new Error(`listen EADDRINUSE: ${host}:${port}`), {
            code: 'EADDRINUSE',
            syscall: 'listen',
            address: host,
            port,
          }),
        );
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
}

/** Where a listener for all addresses is reached. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}
