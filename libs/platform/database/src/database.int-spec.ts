import { randomUUID } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { Client, Pool } from 'pg';
import { Database, Migrator, type Transaction, translateDatabaseError } from '#platform/database';
import { GatheringClient } from './gathering-client.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { createTestDatabase } from '../../../../test/support/test-database.js';

describe('database', () => {
  let app: TestApp;
  let database: Database;

  beforeAll(async () => {
    app = await startTestApp();
    database = app.get(Database);
    await database.query('CREATE TABLE thing (id integer PRIMARY KEY, value integer NOT NULL CHECK (value >= 0))');
  });
  afterAll(() => app.close());
  beforeEach(() => database.query('TRUNCATE thing'));

  // A table of zero rows by its statistics is read as a whole by every plan, until autovacuum has seen it grow.
  it('leaves no statistics of empty tables behind its migrations', async () => {
    const known = await database.query(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples = 0`,
    );
    expect(known).toEqual([]);
  });

  it('commits what succeeds and rolls back what throws', async () => {
    await database.transaction((tx) => tx.query('INSERT INTO thing VALUES (1, 1)'));
    const failing = database.transaction(async (tx) => {
      await tx.query('INSERT INTO thing VALUES (2, 2)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.query('SELECT id FROM thing')).toEqual([{ id: 1 }]);
  });

  it('runs statements of a transaction that are started together in their order', async () => {
    await database.transaction(async (tx) => {
      const insert = { name: 'thing_insert', text: 'INSERT INTO thing VALUES ($1, 1)' };
      const counts = await Promise.all([
        tx.execute(insert, [1]),
        tx.execute(insert, [2]),
        tx.execute('UPDATE thing SET value = value + 1'),
        tx.execute('DELETE FROM thing WHERE value = 2'),
      ]);
      expect(counts).toEqual([1, 1, 2, 2]);
    });
    expect(await database.query('SELECT id FROM thing')).toEqual([]);
  });

  it('rolls back when one of them fails, and the connection is as good as before', async () => {
    const late = { name: 'thing_late', text: 'INSERT INTO thing VALUES (3, $1) ON CONFLICT (id) DO NOTHING' };
    const failing = database.transaction((tx) =>
      Promise.all([
        tx.query('INSERT INTO thing VALUES (1, 1)'),
        tx.query('INSERT INTO thing VALUES (2, -1)'),
        tx.query(late, [1]),
      ]),
    );
    await expect(failing).rejects.toMatchObject({ code: '23514' });
    expect(await database.query('SELECT id FROM thing')).toEqual([]);
    // Prepared for the first time while the transaction had already failed: that must not be taken for done.
    const many = Array.from({ length: 30 }, (_, value) => database.transaction((tx) => tx.query(late, [value])));
    await Promise.all(many);
    expect(await database.query('SELECT id FROM thing')).toEqual([{ id: 3 }]);
  });

  it('does not commit after a failure that the work kept to itself', async () => {
    const careless = database.transaction(async (tx) => {
      await tx.query('INSERT INTO thing VALUES (1, 1)');
      await tx.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(careless).rejects.toMatchObject({ code: 'DATABASE.TRANSACTION_FAILED' });
    expect(await database.query('SELECT id FROM thing')).toEqual([]);
  });

  it('sends COMMIT along with the statements before it, and commits all of them or nothing', async () => {
    const insert = { name: 'thing_together', text: 'INSERT INTO thing VALUES ($1, $2) RETURNING id' };
    const all = (last: number): Promise<unknown> =>
      database.transaction((tx) => {
        const answers = [
          tx.query(insert, [1, 1]),
          tx.execute('UPDATE thing SET value = 5'),
          tx.query(insert, [2, last]),
        ];
        tx.commit();
        return Promise.all(answers);
      });
    await expect(all(-1)).rejects.toMatchObject({ code: '23514' });
    expect(await database.query('SELECT id FROM thing')).toEqual([]);
    expect(await all(1)).toEqual([[{ id: 1 }], 1, [{ id: 2 }]]);
    expect(await database.query('SELECT id, value FROM thing ORDER BY id')).toEqual([
      { id: 1, value: 5 },
      { id: 2, value: 1 },
    ]);
    const late = database.transaction(async (tx) => {
      const deleted = tx.query('DELETE FROM thing WHERE id = 1');
      tx.commit();
      await deleted;
      await tx.query('DELETE FROM thing WHERE id = 2');
    });
    await expect(late).rejects.toMatchObject({ code: 'DATABASE.TRANSACTION_FAILED' });
    expect(await database.query('SELECT id FROM thing')).toEqual([{ id: 2 }]);
  });

  it('takes no statement of a transaction that has ended', async () => {
    let straggler: Promise<unknown> | undefined;
    const failing = database.transaction(async (tx) => {
      straggler = new Promise((resolve) => setTimeout(resolve, 100)).then(() =>
        tx.query('INSERT INTO thing VALUES (1, 1)'),
      );
      straggler.catch(() => undefined);
      await tx.query('SELECT 1/0');
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    await expect(straggler).rejects.toMatchObject({ code: 'DATABASE.TRANSACTION_FAILED' });
    expect(await database.query('SELECT id FROM thing')).toEqual([]);
  });

  it('does not have statements compiled', async () => {
    expect(await database.query('SHOW jit')).toEqual([{ jit: 'off' }]);
  });

  it('begins with the isolation that is asked for', async () => {
    const level = (isolation?: 'REPEATABLE READ' | 'SERIALIZABLE') =>
      database.transaction((tx) => tx.query('SHOW transaction_isolation'), isolation);
    expect(await level()).toEqual([{ transaction_isolation: 'read committed' }]);
    expect(await level('REPEATABLE READ')).toEqual([{ transaction_isolation: 'repeatable read' }]);
    expect(await level('SERIALIZABLE')).toEqual([{ transaction_isolation: 'serializable' }]);
  });

  it('runs a transaction again after a serialization failure: no increment is lost', async () => {
    await database.query('INSERT INTO thing VALUES (1, 0)');
    const increment = () =>
      database.transaction(async (tx) => {
        const [row] = await tx.query<{ value: number }>('SELECT value FROM thing WHERE id = 1');
        await tx.query('UPDATE thing SET value = $1 WHERE id = 1', [(row?.value ?? 0) + 1]);
      }, 'SERIALIZABLE');
    const results = await Promise.allSettled(Array.from({ length: 8 }, increment));
    const succeeded = results.filter(({ status }) => status === 'fulfilled').length;
    expect(succeeded).toBeGreaterThan(4);
    expect(await database.query('SELECT value FROM thing')).toEqual([{ value: succeeded }]);
  });

  it.each(['40001', '40P01'])(
    'runs it again also when statements after the one that failed with %s are heard of first',
    async (code) => {
      const fail = `DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '${code}'; END $$`;
      let times = 0;
      const work = (tx: Transaction): Promise<unknown> => {
        if (++times > 1) return tx.query('INSERT INTO thing VALUES (1, 1)');
        // TypeORM hands a failure on some moments later than a statement by hand.
        const first = tx.manager.query(fail);
        const second = new Promise((resolve) => setImmediate(resolve)).then(() => tx.query('SELECT 1'));
        return Promise.all([first.then(undefined, later), second]);
      };
      const later = async (error: unknown): Promise<never> => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw error;
      };
      await database.transaction(work);
      expect([times, await database.query('SELECT id FROM thing')]).toEqual([2, [{ id: 1 }]]);
    },
  );

  it.each([
    ['INSERT INTO thing VALUES (1, 1), (1, 1)', 'DATABASE.DUPLICATE_RECORD', 'conflict'],
    ['INSERT INTO thing VALUES (1, -1)', 'VALIDATION.SCHEMA_MISMATCH', 'invalid'],
    ['INSERT INTO thing VALUES (1, NULL)', 'VALIDATION.SCHEMA_MISMATCH', 'invalid'],
    [`SELECT 'x'::integer`, 'VALIDATION.INVALID_INPUT', 'malformed'],
    ['SELECT 99999999999::integer', 'VALIDATION.INVALID_INPUT', 'malformed'],
    ['SELECT * FROM nowhere', 'DATABASE.QUERY_FAILED', 'internal'],
    [`SET LOCAL statement_timeout = 50; SELECT pg_sleep(1)`, 'DATABASE.TRANSACTION_FAILED', 'unavailable'],
  ])('translates the failure of %s', async (sql, code, kind) => {
    const error: unknown = await database.query(sql).catch((thrown: unknown) => thrown);
    const exception = translateDatabaseError(error);
    expect(exception).toMatchObject({ code, kind });
    expect(exception?.message).not.toMatch(/thing|nowhere|SELECT/);
  });

  // As after a rolling upgrade: another replica has migrated what this one has prepared.
  it('prepares anew what a new column has made outdated, alone and in transactions, also for many at once', async () => {
    const all = { name: 'thing_all', text: 'SELECT * FROM thing' };
    const ask = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          index % 2 ? database.query(all) : database.transaction((tx) => tx.query(all)),
        ),
      );
    await ask();
    await database.query('ALTER TABLE thing ADD COLUMN later integer');
    try {
      // One after the other meets each connection that there was.
      await database.transaction((tx) => tx.query(all));
      await ask();
    } finally {
      await database.query('ALTER TABLE thing DROP COLUMN later');
    }
    expect(await database.query(all)).toEqual([]);
  });

  it('keeps a connection whose statement failed', async () => {
    const pids = async (): Promise<unknown[]> => {
      const sql = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'devskyy'`;
      return (await database.query(sql)).map(({ pid }) => pid);
    };
    const before = await pids();
    for (let round = 0; round < 3; round++) {
      await expect(database.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
      await expect(database.execute('no SQL')).rejects.toMatchObject({ code: '42601' });
    }
    expect(await pids()).toEqual(expect.arrayContaining(before));
  });

  it('says unavailable when the server is gone, and recovers when its connections were killed', async () => {
    const refused: unknown = await new Client({ host: '127.0.0.1', port: 1 })
      .connect()
      .catch((thrown: unknown) => thrown);
    expect(translateDatabaseError(refused)).toMatchObject({ code: 'DATABASE.CONNECTION_FAILED', kind: 'unavailable' });
    await database
      .query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()')
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a pool in pipeline mode', () => {
  it('outlives a connection that is ended in the same breath in which it is ready', async () => {
    const message = (type: string, body: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(4 + body.length);
      return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')]);
    };
    const fatal = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
    const answers = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I'), message('E', fatal)]);
    // The first bytes of a client are its request for a session.
    const server = createServer((socket) =>
      socket.once('data', () => socket.end(answers)).on('error', () => undefined),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const pool = new Pool({ Client: GatheringClient, pipeline: true, host: '127.0.0.1', port, user: 'nobody' });
    pool.on('error', () => undefined);
    try {
      const client = await pool.connect();
      await expect(client.query('SELECT 1')).rejects.toThrow();
      client.release();
      expect(pool.totalCount).toBe(0);
    } finally {
      await pool.end();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('recovers from a server that stops answering without closing the connection', async () => {
    const database = await createTestDatabase({ empty: true });
    const settings = { Client: GatheringClient, pipeline: true, max: 1, query_timeout: 300 };
    const pool = new Pool({ connectionString: database.url, ...settings });
    pool.on('error', () => undefined);
    let pid: number | undefined;
    try {
      const client = await pool.connect();
      client.on('error', () => undefined);
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      pid = rows[0]?.pid;
      process.kill(pid ?? 0, 'SIGSTOP');
      await expect(client.query('SELECT 1')).rejects.toThrow('Query read timeout');
      await new Promise((resolve) => setTimeout(resolve, 50));
      client.release();
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    } finally {
      if (pid !== undefined) process.kill(pid, 'SIGCONT');
      await pool.end();
      await database.drop();
    }
  });
});

/** From the migration after this one on, replicas of the release before work beside those that have migrated. */
const BEFORE_REPLICAS_WERE_MIXED = 1764500000000;

/** Columns that get their value by a trigger where a replica does not know them. */
const FILLED_BY_TRIGGERS = ['one_time_token.mailbox', 'user_account.email_key', 'user_account.username_key'];

describe('migrations', () => {
  it('keep batches from before there was a table of them', async () => {
    const database = await createTestDatabase({ empty: true });
    const migrator = new Migrator(database.url);
    const client = new Client({ connectionString: database.url });
    try {
      await migrator.up();
      await client.connect();
      const back = (await client.query(`SELECT FROM schema_migration WHERE timestamp >= 1764500000000`)).rowCount ?? 0;
      await migrator.down(back);
      const [agentId, batchId, ...ids] = Array.from({ length: 5 }, () => randomUUID()).sort();
      await client.query(
        `INSERT INTO agent (id, slug, name, category, kind) VALUES ($1, 'old', 'old', 'tests', 'worker')`,
        [agentId],
      );
      for (const id of ids) {
        await client.query(
          `INSERT INTO agent_task (id, agent_id, batch_id, state, priority, max_attempts, timeout_seconds, created_by)
           VALUES ($1, $2, $3, 'queued', 5, 3, 300, 'somebody')`,
          [id, agentId, batchId],
        );
      }
      await migrator.up();
      const { rows } = await client.query('SELECT id, created_by, operations FROM agent_batch');
      const operations = ids.map((taskId) => ({ agent: 'old', taskId, error: null, select: null }));
      expect(rows).toEqual([{ id: batchId, created_by: 'somebody', operations }]);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('go up from empty, down to nothing and up again', async () => {
    const database = await createTestDatabase({ empty: true });
    const migrator = new Migrator(database.url);
    /** Tables with their columns, indexes, constraints, triggers and functions, but for the record of the migrations themselves. */
    const schema = async (): Promise<string[]> => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      const { rows } = await client.query<{ line: string }>(`
        SELECT line FROM (
          SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, is_identity), table_name
            FROM information_schema.columns WHERE table_schema = 'public'
          UNION ALL SELECT indexdef, tablename FROM pg_indexes WHERE schemaname = 'public'
          UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)), conrelid::regclass::text
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
          UNION ALL SELECT pg_get_triggerdef(oid), tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
          UNION ALL SELECT pg_get_functiondef(oid), '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ) AS part (line, of) WHERE of <> 'schema_migration' ORDER BY line`);
      await client.end();
      return rows.map(({ line }) => line);
    };
    try {
      const applied = await migrator.up();
      const complete = await schema();
      expect(complete.length).toBeGreaterThan(100);
      expect(await migrator.isPending()).toBe(false);
      expect(await migrator.down(applied.length)).toBe(applied.length);
      expect(await schema()).toEqual([]);
      expect(await migrator.isPending()).toBe(true);
      await migrator.up();
      expect(await schema()).toEqual(complete);
    } finally {
      await database.drop();
    }
  });

  it('ask for no column that replicas of an earlier release do not know', async () => {
    const database = await createTestDatabase();
    const client = new Client({ connectionString: database.url });
    const migrator = new Migrator(database.url);
    interface Column {
      name: string;
      table: string;
      is_required: boolean;
    }
    const columns = async (): Promise<Column[]> =>
      (
        await client.query<Column>(`
          SELECT table_name || '.' || column_name AS name, table_name AS table,
                 is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER' AND is_identity = 'NO' AS is_required
          FROM information_schema.columns WHERE table_schema = 'public'`)
      ).rows;
    try {
      await client.connect();
      const after = await columns();
      const later = 'SELECT FROM schema_migration WHERE timestamp > $1';
      await migrator.down((await client.query(later, [BEFORE_REPLICAS_WERE_MIXED])).rowCount ?? 0);
      const before = await columns();
      const tables = new Set(before.map(({ table }) => table));
      const wasRequired = new Map(before.map(({ name, is_required: isRequired }) => [name, isRequired]));
      const asked = after.filter(
        ({ name, table, is_required: isRequired }) => isRequired && tables.has(table) && !wasRequired.get(name),
      );
      expect(asked.map(({ name }) => name).sort()).toEqual(FILLED_BY_TRIGGERS);
    } finally {
      await client.end();
      await database.drop();
    }
  });

  it('are applied once when several processes start together', async () => {
    const database = await createTestDatabase({ empty: true });
    try {
      const applied = await Promise.all(Array.from({ length: 3 }, () => new Migrator(database.url).up()));
      expect(applied.filter((names) => names.length > 0).length).toBe(1);
    } finally {
      await database.drop();
    }
  });
});
