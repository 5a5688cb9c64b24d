// Runs an embedded PostgreSQL until it is told to stop; prints its address.
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';

const server = await EmbeddedPostgres.start(process.argv[2] ?? '.data');
process.stdout.write(`${server.url}\n`);
const stop = async () => {
  await server.stop();
  process.exit(0);
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
setInterval(() => undefined, 1 << 30);
