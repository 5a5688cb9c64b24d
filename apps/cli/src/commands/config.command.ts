import { describeConfig } from '#config';
import type { Command } from '../command.js';

/** `devskyy config`: what the service would run with. */
export const configCommand: Command = {
  name: 'config',
  usage: 'config',
  summary:
    'Print the effective configuration in JSON, with secrets as ***. Ends with 78 and every fault when it is not valid.',
  options: {},
  writesNothing: true,
  run({ config, print, warn }) {
    print(JSON.stringify(describeConfig(config), null, 2));
    for (const warning of config.warnings) warn(`warning: ${warning}`);
    return Promise.resolve(0);
  },
};
