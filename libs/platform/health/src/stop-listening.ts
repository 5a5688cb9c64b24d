import type { Server } from 'node:http';
import { performance } from 'node:perf_hooks';

/** A turn of the event loop this short has left next to no time for connections to queue up. */
const QUIET_TURN_MS = 0.1;

/** A process that is not quiet for so long stops listening all the same. */
const PATIENCE_MS = 250;

/**
 * Takes no more connections; those that are open finish. The system has taken connections before the process gets to see them, and
 * resets those when the port is closed. So it is closed right after a turn of the event loop which took what there was and did little
 * else.
 */
export async function stopListening(server: Server): Promise<void> {
  const patientUntil = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    if (now - before <= QUIET_TURN_MS || now >= patientUntil) break;
  }
  server.close();
}
