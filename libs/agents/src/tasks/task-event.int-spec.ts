import { Database } from '#platform/database';
import { PostgresTaskEventRepository } from './task-event.postgres.js';
import { TaskEventRepository } from './task-event.repository.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
}, 60_000);
afterAll(() => app.close());

const TASK = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f01';

/** What is written differently where nobody sees to it: order of keys, numbers, characters that are escaped. */
const DATA = [
  { by: 'a', a: 1, longer: [], z: {}, ä: 2, B: null },
  { numbers: [0, -1.5, 1e21, 1.25e-9, -3e-7, 1e100, 0.1, 123456789012345680000, -2.5e22] },
  { text: 'é "quoted" \\ \n \t \u0001 \u007f \u2028 😀', nested: [{ b: [true, false] }, [[1, 2], 3]] },
  {},
];

describe('the two ways of recording events', () => {
  it('write one chain, and each finds that of the other whole, or where it breaks', async () => {
    const database = app.get(Database);
    const ways = [new TaskEventRepository(database), new PostgresTaskEventRepository(database)];
    for (const data of DATA) {
      for (const way of [...ways, ...ways]) {
        await database.transaction((tx) => way.append(tx, [{ taskId: TASK, type: 'progress', data }]));
      }
    }
    for (const way of ways) {
      expect(await way.broken([TASK])).toEqual(new Map());
      expect(await database.transaction((tx) => way.count(tx, TASK))).toBe(DATA.length * 4);
    }
    await database.transaction(async (tx) => {
      await tx.execute(`SET LOCAL session_replication_role = 'replica'`);
      await tx.execute(`UPDATE agent_task_event SET data = '{"by": "b"}' WHERE task_id = $1 AND seq = 3`, [TASK]);
    });
    for (const way of ways) expect(await way.broken([TASK])).toEqual(new Map([[TASK, 3]]));
  });
});
