// Loaded into the service by `--import`: from SIGUSR2 on, listing alerts does its work and then throws.
import { AlertRegistry } from '../dist/libs/errors/src/application/alert-registry.service.js';

const { list } = AlertRegistry.prototype;
let isBroken = false;
process.on('SIGUSR2', () => (isBroken = true));
AlertRegistry.prototype.list = async function listAndFail(...args) {
  const alerts = await list.apply(this, args);
  if (isBroken) throw new TypeError(`Cannot read properties of undefined (reading 'alert ${alerts.length}')`);
  return alerts;
};
