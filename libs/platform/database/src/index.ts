export {
  Bytes,
  Count,
  Counter,
  Day,
  Flag,
  Id,
  Instant,
  Json,
  JsonByLetter,
  Money,
  Real,
  SequenceId,
  Small,
  SmallSequenceId,
  Sum,
  Text,
  TextList,
  Uuid,
  UuidList,
  Whole,
} from './columns.js';
export { openDatabaseServer } from './database-server.js';
export { provideByEngine } from './by-engine.js';
export { Database } from './database.js';
export type { Dialect } from './dialect.js';
export { keyset } from './keyset.js';
export { type Statement, Transaction } from './transaction.js';
export { DatabaseModule } from './database.module.js';
export { EmbeddedPostgresError } from './embedded-postgres-error.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export { inTime } from './in-time.js';
export { Migrator } from './migrator.js';
export { isUniqueViolation, sqlStateOf, translateDatabaseError } from './postgres-error.js';
export { unprivilegedUser } from './unprivileged-user.js';
export { withPatience } from './with-patience.js';
export { SchemaIncompleteError, SchemaState } from './schema-state.js';
export { everyLane, where } from './lanes.js';
