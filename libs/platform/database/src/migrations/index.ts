import type { MigrationInterface } from 'typeorm';
import { CreatePlatformTables1764000000000 } from './1764000000000-create-platform-tables.js';

/** Every migration, oldest first. A merged one is never edited: add the next. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [CreatePlatformTables1764000000000];
