import { Module } from '@nestjs/common';
import { AuthModule } from '#auth';
import { ErrorsModule } from '#errors';
import { FinanceModule } from '#finance';
import { DashboardController } from './api/dashboard.controller.js';
import { ActivityService } from './application/activity.service.js';
import { BusinessService } from './application/business.service.js';
import { DashboardCache } from './application/dashboard-cache.js';
import { MeasurementRecorder } from './application/measurement-recorder.service.js';
import { OverviewService } from './application/overview.service.js';
import { PerformanceService } from './application/performance.service.js';
import { MachineLoadMeter } from './infrastructure/machine-load.js';
import { MeasurementRepository } from './infrastructure/measurement.repository.js';

/** Measures every request, and shows the company at a glance from what all modules know. */
@Module({
  imports: [AuthModule, FinanceModule, ErrorsModule],
  controllers: [DashboardController],
  providers: [
    ActivityService,
    BusinessService,
    DashboardCache,
    MeasurementRecorder,
    OverviewService,
    PerformanceService,
    MachineLoadMeter,
    MeasurementRepository,
  ],
})
export class DashboardModule {}
