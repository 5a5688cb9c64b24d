import { BulletinEntity } from './tables/bulletin.entity.js';
import { ChangeEntity } from './tables/change.entity.js';
import { LatencyEntity } from './tables/latency.entity.js';
import { MeasurementEntity } from './tables/measurement.entity.js';

/** All tables of this domain. */
export const TABLES = [BulletinEntity, ChangeEntity, LatencyEntity, MeasurementEntity];
