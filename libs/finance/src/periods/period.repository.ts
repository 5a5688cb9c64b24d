import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Month } from '../books/calendar.js';
import { HeadEntity } from '../tables/head.entity.js';
import { PeriodEntity } from '../tables/period.entity.js';
import type { Manifest } from './manifest.js';

/** Closed months. */
@Injectable()
export class PeriodRepository {
  constructor(private readonly database: Database) {}

  async find(tx: Transaction, month: string): Promise<Manifest | undefined> {
    return (await tx.repository(PeriodEntity).findOneBy({ month }))?.manifest;
  }

  /** Latest month first, before the given one. */
  async list(limit: number, before?: string): Promise<Manifest[]> {
    const periods = await this.database.repository(PeriodEntity).find({
      where: before === undefined ? {} : { month: LessThan(before) },
      order: { month: 'DESC' },
      take: limit,
    });
    return periods.map(({ manifest }) => manifest);
  }

  /** Closes the books up to the end of the month. */
  async close(tx: Transaction, { name, end }: Month, manifest: Manifest, blockNumber: number): Promise<void> {
    const period = { month: name, manifest, closedAt: new Date(manifest.closedAt), blockNumber };
    await tx.insertMany(PeriodEntity, [period]);
    await tx.repository(HeadEntity).update({ isOnly: true }, { openSince: end });
  }
}
