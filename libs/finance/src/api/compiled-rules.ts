import type { Type } from '@nestjs/common';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

/** Makes the DTO of a value, if the value certainly keeps every rule of its decorators. */
export type QuickReader<T> = (value: unknown) => T | undefined;

type Rule = (value: unknown, owner: object) => boolean;

/**
 * Compiles the rules of a DTO's decorators. Checking a value against them costs a fraction of what the validation pipe costs, which
 * looks the rules up for each value anew. Only good values come through: whatever is not certainly good is left to the pipe, which
 * names its faults.
 *
 * @param nested readers of the fields that hold lists of other DTOs
 */
export function compileRules<T extends object>(
  dto: Type<T>,
  nested: Readonly<Record<string, QuickReader<object>>> = {},
): QuickReader<T> {
  const rules = new Map<string, Rule>();
  const storage = getMetadataStorage();
  const byField = storage.groupByPropertyName(storage.getTargetValidationMetadatas(dto, '', false, false));
  for (const [field, all] of Object.entries(byField)) {
    const ofType = (type: string): typeof all => all.filter((metadata) => metadata.type === type);
    const conditions = ofType(ValidationTypes.CONDITIONAL_VALIDATION).map(
      ({ constraints: [condition] }) => condition as (owner: object, value: unknown) => boolean,
    );
    const checks = ofType(ValidationTypes.CUSTOM_VALIDATION).flatMap((metadata) =>
      storage.getTargetValidatorConstraints(metadata.constraintCls).map(({ instance }) => {
        const { constraints, each } = metadata;
        const check = (value: unknown, object: object): boolean =>
          instance.validate(value, { value, constraints, object, property: field, targetName: dto.name }) === true;
        return each ? (value: unknown, object: object) => isEach(value, (one) => check(one, object)) : check;
      }),
    );
    // A list of DTOs without a reader is for the pipe.
    if (ofType(ValidationTypes.NESTED_VALIDATION).length > 0 && !nested[field])
      checks.push((value) => value === undefined);
    rules.set(
      field,
      (value, owner) =>
        conditions.some((condition) => !condition(owner, value)) || checks.every((check) => check(value, owner)),
    );
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const made = Object.assign(new dto(), value);
    for (const [field, reader] of Object.entries(nested)) {
      if (!Object.hasOwn(value, field)) continue;
      const items = read(Reflect.get(value, field), reader);
      if (items === undefined) return undefined;
      Reflect.set(made, field, items);
    }
    for (const field of Object.keys(made)) if (!rules.has(field)) return undefined;
    for (const [field, rule] of rules) if (!rule(Reflect.get(made, field), made)) return undefined;
    return made;
  };
}

function isEach(value: unknown, check: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check);
}

function read(value: unknown, reader: QuickReader<object>): object[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: object[] = [];
  for (const one of value) {
    const item = reader(one);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}
