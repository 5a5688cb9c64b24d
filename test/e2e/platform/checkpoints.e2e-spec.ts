import { spawnSync } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CheckpointFault, CheckpointService, parseCheckpoint, textForLog } from '#platform/checkpoints';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** As the route answers it. */
interface Checkpoint {
  chains: { chain: string; sequence: number; hash: string }[];
  issuedAt: string;
  keyId: string;
  publicKey: string;
  signature: string;
  version: number;
}

const ROOT = path.resolve(__dirname, '../../..');

describe('checkpoints', () => {
  let app: TestApp;
  let token: string;
  beforeAll(async () => {
    app = await startTestApp();
    token = await app.tokenFor('ADMIN');
    for (let i = 0; i < 3; i++) await sell();
  });
  afterAll(() => app.close());

  const sell = () =>
    app.call('POST', '/api/v1/finance/transactions/record', { token, body: { type: 'sale', amount: '1.00' } });
  const checkpoint = async (): Promise<Checkpoint> =>
    (await app.call<Checkpoint>('GET', '/api/v1/checkpoints', { token })).body;
  const compare = (kept: Checkpoint): Promise<CheckpointFault[]> =>
    app.get(CheckpointService).compare(parseCheckpoint(JSON.stringify(kept)) ?? fail());
  const command = (kept: unknown): { status: number | null; output: string } => {
    const file = path.join(app.dir, 'checkpoint.json');
    writeFileSync(file, JSON.stringify(kept));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(ROOT, 'dist/apps/cli/src/main.js'), 'verify', '--checkpoint', file],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          ENVIRONMENT: 'testing',
          SECRET_KEY: app.config.security.secretKey,
          DATABASE_URL: app.databaseUrl,
          DATA_DIR: app.config.server.dataDir,
        },
      },
    );
    return { status, output: stdout + stderr };
  };
  /** As somebody does who has the database's superuser. */
  const tamper = async (...statements: string[]): Promise<void> => {
    await app.get(Database).transaction(async (tx) => {
      await tx.execute(`SET LOCAL session_replication_role = 'replica'`, []);
      for (const sql of statements) await tx.execute(sql, []);
    });
  };

  it('name the ends of all chains, and are signed with a key that stays', async () => {
    const { chains, issuedAt, keyId, publicKey, signature, version } = await checkpoint();
    expect(chains.map(({ chain }) => chain)).toEqual(['audit', 'ledger', 'task-removals']);
    // No task was removed yet.
    expect(chains.map(({ sequence, hash }) => [sequence > 0, hash.length])).toEqual([
      [true, 64],
      [true, 64],
      [false, 0],
    ]);
    const ends = chains.map(({ chain, hash, sequence }) => ({ chain, hash, sequence }));
    const text = JSON.stringify({ chains: ends, issuedAt, keyId, publicKey, version });
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    expect(verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'))).toBe(true);
    expect((await checkpoint()).publicKey).toBe(publicKey);
  });

  it('are for administrators', async () => {
    expect((await app.call('GET', '/api/v1/checkpoints', { token: await app.tokenFor('DEVELOPER') })).status).toBe(403);
  });

  it('are led through by chains that have grown, and by lines of the log', async () => {
    const kept = await checkpoint();
    await sell();
    expect(await compare(kept)).toEqual([]);
    const line = { message: 'checkpoint', details: { checkpoint: textForLog({ ...kept, version: 1 }) } };
    expect(command(line)).toMatchObject({ status: 0, output: expect.stringContaining('leads through') as string });
  });

  it('refuse what was not signed here, and files that are none', async () => {
    const kept = await checkpoint();
    const chains = kept.chains.map((end) => ({ ...end, sequence: end.sequence - 1 }));
    expect(await compare({ ...kept, chains })).toEqual([{ reason: expect.stringContaining('signature') as string }]);
    expect(await compare({ ...kept, keyId: 'other' })).toEqual([{ reason: expect.stringContaining('key') as string }]);
    expect(command({})).toMatchObject({ status: 64, output: expect.stringContaining('no checkpoint') as string });
  });

  it('show an audit trail whose end was cut off together with its head, which verifies as it is', async () => {
    const kept = await checkpoint();
    const last = kept.chains.find(({ chain }) => chain === 'audit')?.sequence ?? 0;
    await tamper(
      `DELETE FROM audit_event WHERE sequence > ${last - 2}`,
      `UPDATE audit_head SET sequence = ${last - 2}, hash = (SELECT hash FROM audit_event WHERE sequence = ${last - 2})`,
    );
    const verified = await app.call<{ valid: boolean }>('GET', '/api/v1/audit-events/verify', { token });
    expect(verified.body.valid).toBe(true);
    const missing = `link ${last} is missing: its end was cut off`;
    expect(await compare(kept)).toEqual([{ chain: 'audit', reason: missing }]);
    expect(command(kept)).toMatchObject({ status: 1, output: expect.stringContaining(`audit: ${missing}`) as string });
    await tamper(
      `INSERT INTO audit_event SELECT gen_random_uuid(), occurred_at, action, outcome, actor_id, subject_id, ip, user_agent,
         correlation_id, details, ${last}, hash, credential_id FROM audit_event WHERE sequence = ${last - 2}`,
    );
    expect(await compare(kept)).toEqual([
      { chain: 'audit', reason: `link ${last} is another one: it was written anew` },
    ]);
  });

  it('show a ledger whose last block was cut off together with its head', async () => {
    const kept = await checkpoint();
    const last = kept.chains.find(({ chain }) => chain === 'ledger')?.sequence ?? 0;
    await tamper(
      `DELETE FROM finance_block WHERE number = ${last}`,
      `UPDATE finance_head SET block_number = ${last - 1}, block_hash = (SELECT hash FROM finance_block WHERE number = ${last - 1})`,
    );
    expect(await compare(kept)).toContainEqual({
      chain: 'ledger',
      reason: `link ${last} is missing: its end was cut off`,
    });
  });
});

function fail(): never {
  throw new Error('not a checkpoint');
}
