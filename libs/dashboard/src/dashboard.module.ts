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

/** Measures every request, and shows the company at a glance from what all modules know. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES), AuthModule, FinanceModule, ErrorsModule],
  controllers: [ActivitiesController, DashboardController, TraceController],
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
  ],
})
export class DashboardModule {}
