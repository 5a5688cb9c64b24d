import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopListening } from './stop-listening.js';

/** Answers, and takes its time for it. */
function busyServer(): Server {
  return createServer((_, answer) => {
    const until = performance.now() + 1;
    while (performance.now() < until);
    answer.setHeader('Connection', 'close').end('done');
  });
}

/** A request over a connection of its own; `refused` when the port was closed before it was taken. */
function ask(port: number): Promise<'answered' | 'refused' | 'lost'> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'lost'));
    socket.on('close', () => resolve(answer.endsWith('done') ? 'answered' : 'lost'));
  });
}

/** What became of the requests of some clients during a stop. */
async function whileStopping(stop: (server: Server) => unknown): Promise<string[]> {
  const outcomes: string[] = [];
  for (let round = 0; round < 8; round++) {
    const server = busyServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = async (): Promise<void> => {
      for (;;) {
        const outcome = await ask(port);
        outcomes.push(outcome);
        if (outcome === 'refused') return;
      }
    };
    const clients = Array.from({ length: 4 }, client);
    await sleep(20);
    await stop(server);
    await Promise.all(clients);
  }
  return outcomes;
}

describe('stopping to listen', () => {
  it('answers whoever was let in', async () => {
    const outcomes = await whileStopping(stopListening);
    expect(outcomes).toContain('answered');
    expect(outcomes.filter((outcome) => outcome === 'lost')).toEqual([]);
  });

  it('would lose some of them by closing the port at any time', async () => {
    expect(await whileStopping((server) => server.close())).toContain('lost');
  });
});
