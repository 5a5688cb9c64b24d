import { spawn } from 'node:child_process';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const ROOT = path.resolve(__dirname, '../../..');

describe('kill -9 while reports come in', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('loses nothing that was acknowledged, counts nothing twice, and leaves artifacts that are whole', async () => {
    // The same script with 20 rounds is a measure of its own: `node bench/errors-kill.mjs`.
    const script = spawn(process.execPath, [path.join(ROOT, 'bench', 'errors-kill.mjs'), '2'], {
      env: { PATH: process.env['PATH'] ?? '', BENCH_DATABASE_URL: database.url },
    });
    let output = '';
    script.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    script.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const status = await new Promise((resolve) => script.once('close', resolve));
    const last = output.trim().split('\n').at(-1) ?? '';
    expect([status, last.startsWith('{') ? (JSON.parse(last) as unknown) : output]).toMatchObject([
      0,
      { rounds: 2, lost: 0, lostInArtifacts: 0, twice: 0, invented: 0, conserved: true, faults: [] },
    ]);
  }, 60_000);
});
