import type { Type } from '@nestjs/common';
import { defaultMetadataStorage as transformations } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, IsOptional, ValidateIf, ValidationTypes } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

/** Brings what was sent into the form that the rules of a DTO speak of. */
type Normaliser = (sent: Record<string, unknown>) => void;

const CLEARABLE = { isClearable: true };

/** An optional field that `null` empties. For all others `null` is as if the field were absent. */
export const Clearable = (): PropertyDecorator => IsOptional({ context: CLEARABLE });

/** A field that must be there, although the DTO this one extends calls it optional. */
export const Required = (): PropertyDecorator => ValidateIf(() => true);

/** Stands where an object belongs and something else was sent that class-validator would let pass. */
const NO_OBJECT = false;

/** What is called a number in an address: no exponent, no sign but minus, no white space (RFC 8259 allows more in JSON). */
const DIGITS = /^-?\d{1,16}$/;

const known = new Map<Type, Normaliser>();

/**
 * Applies, in place, the rules that hold for the fields of every DTO:
 *
 * - `null` is as if the field were absent, unless it is `Clearable`;
 * - where objects are asked for, a list or `null` is none: class-validator takes a list for several objects, and `null` for nothing to check;
 * - a number in an address is written in digits.
 *
 * What is sent and breaks a rule is left for the validation to refuse by name.
 */
export function normaliseInput(dto: Type<object>, sent: unknown): void {
  if (isObject(sent)) normaliserOf(dto)(sent);
}

function normaliserOf(dto: Type): Normaliser {
  let normaliser = known.get(dto);
  if (!normaliser) {
    normaliser = makeNormaliser(dto);
    known.set(dto, normaliser);
  }
  return normaliser;
}

function makeNormaliser(dto: Type): Normaliser {
  const storage = getMetadataStorage();
  const byField = storage.groupByPropertyName(storage.getTargetValidationMetadatas(dto, '', false, false));
  const fields = Object.entries(byField);
  const notClearable = fields.filter(([, rules]) => !rules.some(isClearable)).map(([field]) => field);
  const numbers = fields.map(([field]) => field).filter((field) => typeOf(dto, field) === Number);
  const nested = fields.flatMap(([field, rules]) => {
    const type = typeOf(dto, field);
    const rule = rules.find(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
    return rule && type ? [{ field, type, isList: rule.each }] : [];
  });
  return (sent) => {
    for (const field of notClearable) if (sent[field] === null) delete sent[field];
    for (const field of numbers) {
      const text = sent[field];
      if (typeof text === 'string') sent[field] = DIGITS.test(text) ? Number(text) : Number.NaN;
    }
    for (const { field, type, isList } of nested) {
      const value = sent[field];
      if (value === undefined || value === null) continue;
      if (!isList) sent[field] = nestedObject(type, value);
      else sent[field] = Array.isArray(value) ? value.map((one: unknown) => nestedObject(type, one)) : NO_OBJECT;
    }
  };
}

function nestedObject(type: Type, value: unknown): unknown {
  if (!isObject(value)) return NO_OBJECT;
  normaliserOf(type)(value);
  return value;
}

function isClearable({ context }: ValidationMetadata): boolean {
  return context === CLEARABLE;
}

function typeOf(dto: Type, field: string): Type | undefined {
  return transformations.findTypeMetadata(dto, field)?.typeFunction() as Type | undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
