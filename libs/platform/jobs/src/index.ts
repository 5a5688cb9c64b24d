export { JobsModule } from './jobs.module.js';
export { RepeatedWork } from './repeated-work.js';
export { type ScheduledJob, ScheduledJobs } from './scheduled-jobs.js';
