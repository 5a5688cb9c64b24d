export { JobsModule } from './jobs.module.js';
export { type ScheduledJob, ScheduledJobs } from './scheduled-jobs.js';
