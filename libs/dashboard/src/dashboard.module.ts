import { Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { AuthModule } from '#auth';
import { ErrorsModule } from '#errors';
import { FinanceModule } from '#finance';
import { TABLES } from './tables.js';
import { DashboardController } from './overview/dashboard.controller.js';
import { ActivitiesController } from './activities/activities.controller.js';
import { ActivityService } from './activities/activity.service.js';
import { BusinessService } from './overview/business.service.js';
import { DashboardCacheService } from './overview/dashboard-cache.service.js';
import { MeasurementRecorderService } from './measurements/measurement-recorder.service.js';
import { OverviewService } from './overview/overview.service.js';
import { PerformanceService } from './measurements/performance.service.js';
import { MachineLoadClient } from './measurements/machine-load.client.js';
import { TraceController } from './trace/trace.controller.js';
import { TraceService } from './trace/trace.service.js';
import { MeasurementRepository } from './measurements/measurement.repository.js';
import { BulletinMakingService } from './stream/bulletin-making.service.js';
import { BulletinRepository } from './stream/bulletin.repository.js';
import { BulletinUpkeepJob } from './stream/bulletin-upkeep.job.js';
import { IssueService } from './stream/issue.service.js';
import { NewsReaderService } from './stream/news-reader.service.js';
import { StreamOpeningService } from './stream/stream-opening.service.js';
import { StreamPulseService } from './stream/stream-pulse.service.js';
import { StreamRegistryService } from './stream/stream-registry.service.js';
import { StreamStandingService } from './stream/stream-standing.service.js';
import { DashboardStreamController } from './stream/stream.controller.js';

/** Measures every request, and shows the company at a glance from what all modules know. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES), AuthModule, FinanceModule, ErrorsModule],
  controllers: [ActivitiesController, DashboardController, DashboardStreamController, TraceController],
  providers: [
    ActivityService,
    BusinessService,
    DashboardCacheService,
    MeasurementRecorderService,
    OverviewService,
    PerformanceService,
    TraceService,
    MachineLoadClient,
    MeasurementRepository,
    BulletinRepository,
    BulletinMakingService,
    BulletinUpkeepJob,
    IssueService,
    NewsReaderService,
    StreamOpeningService,
    StreamPulseService,
    StreamRegistryService,
    StreamStandingService,
  ],
})
export class DashboardModule {}
