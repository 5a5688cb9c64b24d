import { Entity } from 'typeorm';
import { loadConfig } from '#config';
import { isUniqueViolation } from '#platform/database';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import {
  Bytes,
  Count,
  Day,
  Flag,
  Id,
  Instant,
  Json,
  Money,
  Real,
  SequenceId,
  Small,
  Sum,
  Text,
  TextList,
  Uuid,
  UuidList,
  Whole,
} from './columns.js';
import { createDataSource } from './data-source.js';
import { Database } from './database.js';
import { keyset } from './keyset.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

@Entity('every_kind')
class EveryKindEntity {
  @Id() id!: string;
  @Uuid({ nullable: true }) other!: string | null;
  @UuidList({ default: [] }) others!: string[];
  @Instant() at!: Date;
  @Day() day!: string;
  @Money() amount!: bigint;
  @Count({ default: 0 }) seen!: number;
  @Sum() sum!: bigint;
  @Whole() whole!: number;
  @Small() small!: number;
  @Real() real!: number;
  @Text() text!: string;
  @TextList() texts!: string[];
  @Flag() flag!: boolean;
  @Json() json!: object;
  @Bytes() bytes!: Buffer;
}

@Entity('numbered')
class NumberedEntity {
  @SequenceId() id!: bigint;
  @Text() name!: string;
}

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

function rowOf(number: number): EveryKindEntity {
  return {
    id: idOf(number),
    other: null,
    others: [idOf(1), idOf(2)],
    at: new Date('2026-03-29T01:30:00.123Z'),
    day: '2026-03-29',
    amount: 9_007_199_254_740_993n,
    seen: 1,
    sum: 99_999_999_999_999_999_999_999_999_999_999_999_999n,
    whole: 2_147_483_647,
    small: -32_768,
    real: 0.1,
    text: `it's "${number}" \\ ?`,
    texts: ['a,b', '{"c"}', ''],
    flag: true,
    json: [1, { a: null }],
    bytes: Buffer.from([0, 255]),
  };
}

describe('entities', () => {
  let test: TestDatabase;
  let database: Database;
  let end: () => Promise<void>;

  beforeAll(async () => {
    test = await createTestDatabase({ empty: true });
    const config = loadConfig({ env: {}, envFile: false, writes: false }).database;
    const dataSource = createDataSource(test.url, config, [EveryKindEntity, NumberedEntity], SILENT);
    await dataSource.initialize();
    await dataSource.synchronize();
    database = new Database(dataSource, config);
    end = () => dataSource.destroy();
  });
  afterAll(async () => {
    await end();
    await test.drop();
  });
  beforeEach(() => database.execute('TRUNCATE every_kind, numbered'));

  const find = (number: number): Promise<EveryKindEntity | null> =>
    database.repository(EveryKindEntity).findOneBy({ id: idOf(number) });

  it('give back every kind of column as it was written, whoever writes it', async () => {
    await database.insertMany(EveryKindEntity, [rowOf(1)]);
    await database.transaction((tx) => tx.repository(EveryKindEntity).insert(rowOf(2)));
    expect({ ...(await find(1)) }).toEqual(rowOf(1));
    expect({ ...(await find(2)) }).toEqual(rowOf(2));
  });

  it('compare 64 bits exactly', async () => {
    await database.insertMany(EveryKindEntity, [rowOf(1)]);
    const users = database.repository(EveryKindEntity);
    expect(await users.countBy({ amount: 9_007_199_254_740_993n })).toBe(1);
    expect(await users.countBy({ amount: 9_007_199_254_740_992n })).toBe(0);
    await users.update({ id: idOf(1) }, { amount: 9_223_372_036_854_775_807n });
    expect((await find(1))?.amount).toBe(9_223_372_036_854_775_807n);
  });

  it('number rows in the order of insertion', async () => {
    await database.insertMany(NumberedEntity, [{ name: 'a' }, { name: 'b' }]);
    const rows = await database.repository(NumberedEntity).find({ order: { id: 'ASC' } });
    expect(rows.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(typeof rows[0]?.id).toBe('bigint');
  });

  it('are inserted by many: what is left out gets its default, a function gives SQL', async () => {
    const rest = { ...rowOf(1), seen: undefined, others: undefined };
    const written = await database.insertMany(EveryKindEntity, [rest, { ...rowOf(2), at: () => 'now()' }]);
    expect(written).toBe(2);
    expect(await find(1)).toMatchObject({ seen: 0, others: [] });
    expect((await find(2))?.at).not.toEqual(rowOf(2).at);
  });

  it('are inserted in as many statements as the number of values asks for', async () => {
    const rows = Array.from({ length: 2_500 }, (_none, index) => rowOf(index));
    expect(await database.transaction((tx) => tx.insertMany(EveryKindEntity, rows))).toBe(2_500);
    expect(await database.repository(EveryKindEntity).count()).toBe(2_500);
  });

  it('are left alone, added up or replaced where their key is there', async () => {
    await database.insertMany(EveryKindEntity, [{ ...rowOf(1), seen: 5, whole: 5, small: 5, text: 'first' }]);
    const again = [{ ...rowOf(1), seen: 2, whole: 2, small: 2, text: 'second' }, rowOf(2)];
    const ignored = await database.insertMany(EveryKindEntity, again, { ignore: true });
    expect(ignored).toBe(1);
    expect(await find(1)).toMatchObject({ seen: 5, text: 'first' });
    const set = { seen: 'add', whole: 'least', small: 'greatest', text: 'take' } as const;
    await database.insertMany(EveryKindEntity, again, { key: ['id'], set });
    expect(await find(1)).toMatchObject({ seen: 7, whole: 2, small: 5, text: 'second' });
    const failure: unknown = await database.insertMany(EveryKindEntity, again).catch((error: unknown) => error);
    expect(isUniqueViolation(failure, 'every_kind_pkey')).toBe(true);
  });

  it('lose no addition when many add to one row', async () => {
    const set = { seen: 'add' } as const;
    await Promise.all(
      Array.from({ length: 40 }, () => database.insertMany(EveryKindEntity, [rowOf(1)], { key: ['id'], set })),
    );
    expect((await find(1))?.seen).toBe(40);
  });

  it.each(['ASC', 'DESC'] as const)('are listed page by page, %s, each once', async (direction) => {
    await database.insertMany(
      EveryKindEntity,
      Array.from({ length: 25 }, (_none, index) => ({ ...rowOf(index), whole: index % 3 })),
    );
    const seen: string[] = [];
    let after: unknown[] | undefined;
    for (;;) {
      const builder = database.repository(EveryKindEntity).createQueryBuilder('e').limit(4);
      const page = await keyset(builder, ['e.whole', 'e.id'], direction, after).getMany();
      seen.push(...page.map(({ whole, id }) => `${whole} ${id}`));
      const last = page.at(-1);
      if (last === undefined) break;
      after = [last.whole, last.id];
    }
    const expected = Array.from({ length: 25 }, (_none, index) => `${index % 3} ${idOf(index)}`).sort();
    expect(seen).toEqual(direction === 'ASC' ? expected : expected.reverse());
  });

  it('are taken by one of many when they are locked', async () => {
    await database.insertMany(
      EveryKindEntity,
      Array.from({ length: 20 }, (_none, index) => rowOf(index)),
    );
    const take = (): Promise<string[]> =>
      database.transaction(async (tx) => {
        const builder = tx.repository(EveryKindEntity).createQueryBuilder('e').where('e.flag').orderBy('e.id').limit(5);
        const rows = await tx.lockMany(builder, true);
        for (const { id } of rows) await tx.repository(EveryKindEntity).update({ id }, { flag: false });
        return rows.map(({ id }) => id);
      });
    const taken = (await Promise.all(Array.from({ length: 6 }, take))).flat();
    expect(new Set(taken).size).toBe(taken.length);
    const rest = (await Promise.all([take(), take(), take(), take()])).flat();
    expect(new Set([...taken, ...rest]).size).toBe(20);
  });

  it('wait for the one who has locked them', async () => {
    await database.insertMany(EveryKindEntity, [{ ...rowOf(1), whole: 0 }]);
    const increment = (): Promise<void> =>
      database.transaction(async (tx) => {
        const row = await tx.lockOne(EveryKindEntity, { id: idOf(1) });
        await tx.repository(EveryKindEntity).update({ id: idOf(1) }, { whole: row!.whole + 1 });
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect((await find(1))?.whole).toBe(20);
  });

  it('keep what was done before a part that failed', async () => {
    await database.transaction(async (tx) => {
      await tx.insertMany(EveryKindEntity, [rowOf(1)]);
      const failing = tx.savepoint(() => tx.insertMany(EveryKindEntity, [rowOf(2), rowOf(1)]));
      await expect(failing).rejects.toThrow();
      await tx.savepoint(() => tx.insertMany(EveryKindEntity, [rowOf(3)]));
    });
    expect(await database.repository(EveryKindEntity).count()).toBe(2);
  });

  it('are not changed once the COMMIT of their transaction is under way', async () => {
    await database.insertMany(EveryKindEntity, [{ ...rowOf(1), whole: 1 }]);
    const late = database.transaction(async (tx) => {
      const changing = tx.repository(EveryKindEntity).update({ id: idOf(1) }, { whole: 2 });
      tx.commit();
      await changing;
    });
    await expect(late).rejects.toMatchObject({ code: 'DATABASE.TRANSACTION_FAILED' });
    expect((await find(1))?.whole).toBe(1);
  });

  it('are read again when a migration changed what a connection has prepared', async () => {
    await database.insertMany(EveryKindEntity, [rowOf(1)]);
    const all = (): Promise<unknown> =>
      database
        .repository(EveryKindEntity)
        .createQueryBuilder('e')
        .select('e.*')
        .where('e.small < :most', { most: 5 })
        .getRawMany();
    for (let time = 0; time < 40; time++) await all();
    await database.execute('ALTER TABLE every_kind ADD COLUMN late integer');
    try {
      await expect(Promise.all(Array.from({ length: 40 }, all))).resolves.toHaveLength(40);
      await database.transaction(async () => {
        await all();
      });
    } finally {
      await database.execute('ALTER TABLE every_kind DROP COLUMN late');
    }
  });

  it('hold named locks alone, until the end of their transaction', async () => {
    let inside = 0;
    let most = 0;
    const alone = (): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.lock('mailbox', 'somebody@example.com');
        most = Math.max(most, ++inside);
        await tx.query('SELECT 1');
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 8 }, alone));
    expect(most).toBe(1);
    await database.transaction(async (tx) => {
      await tx.lock('super-admins');
      const other = database.transaction((second) => second.tryLock('super-admins'));
      await expect(other).resolves.toBe(false);
    });
    await expect(database.transaction((tx) => tx.tryLock('super-admins'))).resolves.toBe(true);
  });
});
