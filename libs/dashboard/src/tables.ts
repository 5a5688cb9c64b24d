import { LatencyEntity } from './tables/latency.entity.js';
import { MeasurementEntity } from './tables/measurement.entity.js';

/** All tables of this domain. */
export const TABLES = [LatencyEntity, MeasurementEntity];
