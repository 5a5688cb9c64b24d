import { Migrator, openDatabaseServer, withPatience } from '#platform/database';
import { type Command, textOption, UsageError } from '../command.js';

/** `devskyy migrate`: brings the schema to this release, or takes back the latest steps. */
export const migrateCommand: Command = {
  name: 'migrate',
  usage: 'migrate [--down N] [--check]',
  summary:
    'Apply pending migrations, under a lock; --down N reverts the latest N, --check only tells (status 1 when pending).',
  options: { down: { type: 'string' }, check: { type: 'boolean' } },
  async run({ config, options, print, warn }) {
    const down = textOption(options, 'down');
    if (down !== undefined && !/^[1-9]\d{0,3}$/.test(down)) throw new UsageError('--down takes a number from 1');
    const server = await openDatabaseServer(config.database, config.server);
    const migrator = new Migrator(server.directUrl);
    try {
      if (options['check'] === true) {
        const isPending = await migrator.isPending();
        print(isPending ? 'Migrations are pending' : 'The schema is complete');
        return isPending ? 1 : 0;
      }
      if (down !== undefined) {
        print(`Reverted ${await migrator.down(Number(down))} migrations`);
        return 0;
      }
      const { startPatienceSeconds } = config.database;
      const applied = await withPatience(
        () => migrator.up(),
        startPatienceSeconds,
        () => warn(`The database cannot be reached: trying again for ${startPatienceSeconds} s`),
      );
      print(
        applied.length === 0 ? 'Nothing to apply' : `Applied ${applied.length} migrations:\n  ${applied.join('\n  ')}`,
      );
      return 0;
    } finally {
      await server.stop();
    }
  },
};
