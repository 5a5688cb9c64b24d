export { type DatabaseServer, openDatabaseServer } from './database-server.js';
export { Database, type Statement, Transaction } from './database.js';
export { DatabaseModule } from './database.module.js';
export { EmbeddedPostgresError } from './embedded-postgres-error.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export { inTime } from './in-time.js';
export { Migrator } from './migrator.js';
export { isRetryable, isUniqueViolation, sqlStateOf, translateDatabaseError } from './postgres-error.js';
export { SchemaState } from './schema-state.js';
