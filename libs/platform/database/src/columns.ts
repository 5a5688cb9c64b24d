import {
  Column,
  type ColumnOptions,
  Generated,
  PrimaryColumn,
  type PrimaryColumnOptions,
  type ValueTransformer,
} from 'typeorm';

/**
 * The kinds of columns that entities are made of. A kind says what a column means; its type in the database and its value in code follow
 * from that. Values that a number or a Date cannot hold exactly are given another shape here, once, and not by each reader.
 */
export interface ColumnSettings {
  /** Whether NULL may be stored. Left out: it may not. */
  nullable?: boolean;
  /** Part of the primary key. */
  primary?: boolean;
  /** What the database writes when nothing is said; a function gives SQL. */
  default?: ColumnOptions['default'];
  /** Left out of what is read, for what is only ever asked about. */
  select?: boolean;
  /** SQL by which the database makes it of other columns: never written by the service. */
  madeOf?: string;
}

/** The primary key of most tables: a UUID of version 7, made by `Ids`. */
export const Id = (): PropertyDecorator => PrimaryColumn('uuid');

/** A number that the database gives in the order of insertion: of 64 bits, a bigint in code. */
export const SequenceId = (): PropertyDecorator => sequence({ type: 'bigint', transformer: BIGINT });

/** Like `SequenceId`, of 32 bits: a number in code. */
export const SmallSequenceId = (): PropertyDecorator => sequence({ type: 'integer' });

/** A UUID, as text in code. */
export const Uuid = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'uuid' }, settings);

export const UuidList = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'uuid', array: true }, settings);

/** A moment. A Date in code: what is written has whole milliseconds, so that a cursor or a hash names what is stored. */
export const Instant = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'timestamptz' }, settings);

/** A day of the calendar, `2026-11-24`, in no time zone. Text in code. */
export const Day = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'date' }, settings);

/** An amount in the smallest unit of its currency. A bigint in code. */
export const Money = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'bigint', transformer: BIGINT }, settings);

/** A number of 64 bits of which each bit counts: a version, a position, an id of a sequence. A bigint in code. */
export const Counter = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'bigint', transformer: BIGINT }, settings);

/** How many there are of something; stored in 64 bits. A number in code: below 2^53 whatever is counted. */
export const Count = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'bigint', transformer: COUNT }, settings);

/** A sum of amounts that may leave 64 bits. A bigint in code. */
export const Sum = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'numeric', precision: 38, scale: 0, transformer: BIGINT }, settings);

/** A whole number of 32 bits. */
export const Whole = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'integer' }, settings);

/** A whole number of 16 bits. */
export const Small = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'smallint' }, settings);

/** A fraction or a duration that need not be exact. */
export const Real = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'double precision' }, settings);

export const Text = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'text' }, settings);

export const TextList = (settings?: ColumnSettings): PropertyDecorator =>
  column({ type: 'text', array: true }, settings);

export const Flag = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'boolean' }, settings);

/** A document. Numbers in it are doubles: money is written as text. */
export const Json = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'jsonb' }, settings);

/** A document that is kept letter by letter, since it was hashed or answered so. */
export const JsonByLetter = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'json' }, settings);

export const Bytes = (settings?: ColumnSettings): PropertyDecorator => column({ type: 'bytea' }, settings);

const BIGINT = transformer((stored: string) => BigInt(stored));
const COUNT = transformer(Number);

/** Drivers give 64 bits as text. What is written needs no change: they take numbers and bigints as they are. */
function transformer(read: (stored: string) => unknown): ValueTransformer {
  return {
    from: (stored: string | null | undefined) => (stored === null || stored === undefined ? stored : read(stored)),
    to: (value: unknown) => value,
  };
}

function sequence(type: PrimaryColumnOptions): PropertyDecorator {
  return (target, property) => {
    // TypeORM's types know less than TypeORM does: a primary column of any options can be an identity.
    PrimaryColumn({ ...type, generatedIdentity: 'ALWAYS' } as PrimaryColumnOptions)(target, property);
    Generated('identity' as 'increment')(target, property);
  };
}

function column(type: ColumnOptions, settings: ColumnSettings = {}): PropertyDecorator {
  const { madeOf, ...options } = settings;
  return Column({
    ...type,
    ...options,
    ...(madeOf !== undefined && { generatedType: 'STORED', asExpression: madeOf }),
  });
}
