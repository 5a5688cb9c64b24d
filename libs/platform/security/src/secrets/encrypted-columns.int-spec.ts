import { DataSource, Entity } from 'typeorm';
import { loadConfig } from '#config';
import { Database, Id, Text } from '#platform/database';
import type { ScheduledJobs } from '#platform/jobs';
import type { AppLogger } from '#platform/observability';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/test-database.js';
import { DerivedKeys } from './derived-keys.js';
import { EncryptedColumns } from './encrypted-columns.js';
import { EncryptedValuesRepository } from './encrypted-values.repository.js';
import { EncryptionService } from './encryption.service.js';

const OLD = 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K';
const NEW = 'Zq9wEr5tYu1iOp3aSd7fGh2jKl4zXc8vBn6mQw0E';

@Entity('test_secret')
class TestSecretEntity {
  @Id() a!: string;
  @Text({ primary: true }) b!: string;
  @Text({ nullable: true }) value!: string | null;
}

const configOf = (env: Record<string, string>) => loadConfig({ env, envFile: false });
const encryptionOf = (env: Record<string, string>): EncryptionService =>
  new EncryptionService(new DerivedKeys(configOf(env).security));

describe('encrypted columns', () => {
  let test: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    test = await createTestDatabase({ empty: true });
    dataSource = await new DataSource({ type: 'postgres', url: test.url, entities: [TestSecretEntity] }).initialize();
    await dataSource.synchronize();
    database = new Database(dataSource, configOf({ SECRET_KEY: OLD }).database);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await test.drop();
  });

  it('are renewed by two replicas at once, each value once, in batches, and tell what nobody can read', async () => {
    const old = encryptionOf({ SECRET_KEY: OLD });
    const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    const rows = Array.from({ length: 250 }, (_none, n): TestSecretEntity => ({
      a: idOf(n),
      b: String(n),
      value: old.encrypt(`secret ${n}`, `test_secret.value:${idOf(n)}:${n}`),
    }));
    rows[0]!.value = 'v1.00000000.AAAAAAAAAAAAAAAA.AAAA';
    rows[1]!.value = null;
    await database.insertMany(TestSecretEntity, rows);

    const rotated = encryptionOf({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD });
    const replica = () => {
      const { security } = configOf({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD });
      const values = new EncryptedValuesRepository(database, rotated);
      const columns = new EncryptedColumns(values, rotated, {} as ScheduledJobs, security, {} as AppLogger);
      return columns.renew(columns.add(TestSecretEntity, 'value'));
    };
    const passes = await Promise.all([replica(), replica()]);
    expect(passes.reduce((sum, { renewed }) => sum + renewed, 0)).toBe(248);
    expect(passes.map(({ left, unreadable }) => [left, unreadable])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const renewed = await database.repository(TestSecretEntity).find({ order: { a: 'ASC' }, skip: 2 });
    expect(renewed).toHaveLength(248);
    const last = encryptionOf({ SECRET_KEY: NEW });
    for (const { a, b, value } of renewed) {
      expect(last.decrypt(value ?? '', `test_secret.value:${a}:${b}`).toString()).toBe(`secret ${b}`);
    }
    expect(await replica()).toEqual({ renewed: 0, left: 1, unreadable: 1 });
  });
});
