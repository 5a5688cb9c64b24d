import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = path.resolve(__dirname, '../../../bench/finance-kill.mjs');

/** One round with the service killed, one with PostgreSQL killed; `node bench/finance-kill.mjs 20` does more of the same. */
describe('kill -9 while transactions are posted', () => {
  it('loses nothing that was acknowledged, and posts nothing twice', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, '2']);
    expect(JSON.parse(stdout)).toMatchObject({ rounds: 2, lost: 0, doubled: 0, faults: 0 });
  }, 120_000);
});
