import { Injectable } from '@nestjs/common';
import type { EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { Database, keyset } from '#platform/database';
import { EncryptionService } from './encryption.service.js';

/** Where texts are kept encrypted. The place of a value is `<table>.<column>:` and its row's key, joined by colons. */
export interface ColumnPlace {
  readonly entity: EntityTarget<ObjectLiteral>;
  readonly property: string;
  /** Properties of the primary key, in the order in which the place names them. */
  readonly key: readonly string[];
  /** `<table>.<column>`. */
  readonly name: string;
}

/** Encrypted values, whatever table they are in. */
@Injectable()
export class EncryptedValuesRepository {
  constructor(
    private readonly database: Database,
    private readonly encryption: EncryptionService,
  ) {}

  placeOf<T extends ObjectLiteral>(entity: EntityTarget<T>, property: keyof T & string): ColumnPlace {
    const { metadata } = this.database.repository(entity);
    const key = metadata.primaryColumns.map(({ propertyName }) => propertyName);
    const name = `${metadata.tableName}.${metadata.findColumnWithPropertyName(property)?.databaseName}`;
    return { entity, property, key, name };
  }

  /** The next rows in the order of their keys. */
  async outdated(
    place: ColumnPlace,
    after: readonly unknown[] | undefined,
    limit: number,
  ): Promise<{ encrypted: string; key: unknown[] }[]> {
    const { property, key } = place;
    const order = key.map((name) => `row.${name}`);
    const builder = this.outdatedIn(place)
      .select([`row.${property}`, ...order])
      .limit(limit);
    const rows = await keyset(builder, order, 'ASC', after).getMany();
    return rows.map((row) => ({ encrypted: row[property] as string, key: key.map((name) => row[name] as unknown) }));
  }

  /** Puts one value in the place of another; false when it is not there any more. */
  async swap(place: ColumnPlace, key: readonly unknown[], encrypted: string, fresh: string): Promise<boolean> {
    const { entity, property } = place;
    const isRow = Object.fromEntries(place.key.map((name, index) => [name, key[index]]));
    const { affected } = await this.database
      .repository(entity)
      .update({ ...isRow, [property]: encrypted }, { [property]: fresh });
    return affected === 1;
  }

  countOutdated(place: ColumnPlace): Promise<number> {
    return this.outdatedIn(place).getCount();
  }

  /** Rows whose value names another key than the present one; none of which it is NULL. */
  private outdatedIn({ entity, property }: ColumnPlace): SelectQueryBuilder<ObjectLiteral> {
    const builder = this.database.repository(entity).createQueryBuilder('row');
    return builder.where(`row.${property} NOT LIKE :present`, { present: `${this.encryption.prefix}%` });
  }
}
