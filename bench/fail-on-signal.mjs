// Loaded into the service by `--import`: from SIGUSR2 on, listing alerts does its work and then throws.
import { Database } from '../dist/libs/platform/database/src/index.js';

const { repository } = Database.prototype;
let isBroken = false;
process.on('SIGUSR2', () => (isBroken = true));
Database.prototype.repository = function repositoryThatFails(entity) {
  const found = repository.call(this, entity);
  if (!isBroken || entity.name !== 'AlertEntity') return found;
  const find = async (options) => {
    const alerts = await found.find(options);
    throw new TypeError(`Cannot read properties of undefined (reading 'alert ${alerts.length}')`);
  };
  return { find };
};
