export { JobsModule } from './jobs.module.js';
export { type Delivery, type DeliveryLimits, type DeliveryResult, Outbox, type OutboxRows } from './outbox.js';
export { RepeatedWork } from './repeated-work.js';
export { ScheduledJobs } from './scheduled-jobs.js';
