import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InvalidConfigurationException } from '#config';
import { Database } from '#platform/database';
import { BooksCalendar } from './calendar.js';
import { BooksRepository } from './books.repository.js';

/** What books are kept in when nobody chose. */
const UNCHOSEN = 'UTC';

/**
 * Keeps the ledger in the zone that is configured. Sums of days are of one zone: when it is chosen, they are summed up anew, once. What
 * was closed stays as it was closed, so from then on the zone does too.
 */
@Injectable()
export class BooksZoneService implements OnApplicationBootstrap {
  constructor(
    private readonly books: BooksRepository,
    private readonly calendar: BooksCalendar,
    private readonly database: Database,
  ) {}

  /** @throws InvalidConfigurationException when the books are kept in another zone for good */
  async onApplicationBootstrap(): Promise<void> {
    const { zone } = this.calendar;
    await this.database.transaction(async (tx) => {
      const books = await this.books.lock(tx);
      if (books.zone === zone) return;
      if (books.zone !== UNCHOSEN || books.isClosed) {
        const problem = `must be ${books.zone}: the books of this database are kept in it`;
        throw new InvalidConfigurationException([{ variable: 'BOOKS_TIME_ZONE', problem }]);
      }
      await this.books.moveTo(tx, this.calendar);
    });
  }
}
