// Loaded into the service by `--import`: from SIGUSR2 on, listing alerts does its work and then throws.
import { Database } from '../dist/libs/platform/database/src/index.js';

const { query } = Database.prototype;
let isBroken = false;
process.on('SIGUSR2', () => (isBroken = true));
Database.prototype.query = async function queryAndFail(statement, ...values) {
  const rows = await query.call(this, statement, ...values);
  if (isBroken && (statement.text ?? statement).includes('FROM error_alert '))
    throw new TypeError(`Cannot read properties of undefined (reading 'alert ${rows.length}')`);
  return rows;
};
