import { Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { AuthModule } from '#auth';
import { ErrorsModule } from '#errors';
import { FinanceModule } from '#finance';
import { TABLES } from './tables.js';
import { DashboardController } from './overview/dashboard.controller.js';
import { ActivityService } from './activities/activity.service.js';
import { BusinessService } from './overview/business.service.js';
import { DashboardCacheService } from './overview/dashboard-cache.service.js';
import { MeasurementRecorderService } from './measurements/measurement-recorder.service.js';
import { OverviewService } from './overview/overview.service.js';
import { PerformanceService } from './measurements/performance.service.js';
import { MachineLoadClient } from './measurements/machine-load.client.js';
import { MeasurementRepository } from './measurements/measurement.repository.js';

/** Measures every request, and shows the company at a glance from what all modules know. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES), AuthModule, FinanceModule, ErrorsModule],
  controllers: [DashboardController],
  providers: [
    ActivityService,
    BusinessService,
    DashboardCacheService,
    MeasurementRecorderService,
    OverviewService,
    PerformanceService,
    MachineLoadClient,
    MeasurementRepository,
  ],
})
export class DashboardModule {}
