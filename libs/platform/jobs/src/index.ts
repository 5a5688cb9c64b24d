export { JobsModule } from './jobs.module.js';
export { RepeatedWork } from './repeated-work.js';
export { ScheduledJobs } from './scheduled-jobs.js';
