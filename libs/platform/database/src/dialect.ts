import { type FindOperator, Raw } from 'typeorm';

/** Expressions that engines spell differently, for query builders. Small and closed: whoever needs more computes it in the rules. */
export interface Dialect {
  /** The present moment of the database's clock, in whole milliseconds. */
  readonly now: string;
  /** The moment at which a statement runs, where `now` may be that at which its transaction began. */
  readonly clock: string;
  /** A condition for `where`: a moment that is ahead by more than some seconds, 0 when left out. */
  readonly ahead: (seconds?: number) => FindOperator<Date>;
  /** A condition for `where`: a moment that is past by more than some seconds, 0 when left out. */
  readonly past: (seconds?: number) => FindOperator<Date>;
  /** `moment` and some seconds later (or earlier, below zero); all three are SQL, a parameter too. */
  readonly plus: (moment: string, seconds: string) => string;
  readonly least: (...values: string[]) => string;
  readonly greatest: (...values: string[]) => string;
  /** Whether a column's text has a parameter's in it, whatever the case of either. */
  readonly contains: (column: string, parameter: string) => string;
}

const NOW = `date_trunc('milliseconds', now())`;

export const POSTGRES_DIALECT: Dialect = {
  now: NOW,
  clock: 'clock_timestamp()',
  ahead: (seconds = 0) => Raw((column) => `${column} > now() + make_interval(secs => ${seconds})`),
  past: (seconds = 0) => Raw((column) => `${column} < now() - make_interval(secs => ${seconds})`),
  plus: (moment, seconds) => `${moment} + make_interval(secs => ${seconds})`,
  least: (...values) => `least(${values.join(', ')})`,
  greatest: (...values) => `greatest(${values.join(', ')})`,
  contains: (column, parameter) => `position(lower(${parameter}) IN lower(${column})) > 0`,
};
