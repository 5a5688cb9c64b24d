import { defaultMetadataStorage as transformations } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { createValidationPipe } from '#platform/http';
import '../../apps/api/src/api.module.js';

type Dto = new () => object;

const storage = getMetadataStorage() as unknown as {
  validationMetadatas: Map<Dto, ValidationMetadata[]>;
  getTargetValidationMetadatas(dto: Dto, schema: string, always: boolean, strict: boolean): ValidationMetadata[];
};

/** Every field of every DTO with the rules that hold for it, inherited ones included. */
const FIELDS = [...storage.validationMetadatas.keys()].flatMap((dto) => {
  const rules = storage.getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))].map((field) => ({
    dto,
    field,
    where: `${dto.name}.${field}`,
    rules: rules.filter(({ propertyName }) => propertyName === field),
  }));
});

const isCondition = ({ type }: ValidationMetadata): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION;

/** Where a rule of the house is broken. */
function offenders(isBroken: (field: (typeof FIELDS)[number]) => boolean): string[] {
  return FIELDS.filter(isBroken).map(({ where }) => where);
}

describe('every DTO', () => {
  it('is looked at', () => {
    expect(FIELDS.length).toBeGreaterThan(150);
    expect(FIELDS.map(({ where }) => where)).toEqual(
      expect.arrayContaining(['CreateAgentDto.kind', 'RecordTransactionDto.lineItems', 'PageQueryDto.limit']),
    );
  });

  it('says what the members of its lists are', () => {
    expect(
      offenders(({ rules }) => rules.some(({ name }) => name === 'isArray') && !rules.some(({ each }) => each)),
    ).toEqual([]);
  });

  it('says of which class its objects are', () => {
    expect(
      offenders(
        ({ dto, field, rules }) =>
          rules.some(({ type }) => type === ValidationTypes.NESTED_VALIDATION) &&
          !transformations.findTypeMetadata(dto, field),
      ),
    ).toEqual([]);
  });

  // Whether a field may be absent is inherited too: who declares one anew says it anew, or `Required`.
  it('says again whether a field that it declares again must be there', () => {
    expect(
      offenders(({ dto, rules }) => {
        const isDeclaredAgain =
          rules.some(({ target }) => target === dto) && rules.some(({ target }) => target !== dto);
        const conditions = rules.filter(isCondition);
        return isDeclaredAgain && conditions.length > 0 && !conditions.some(({ target }) => target === dto);
      }),
    ).toEqual([]);
  });

  it('takes only whole numbers from an address', () => {
    expect(
      offenders(
        ({ dto, field, rules }) =>
          transformations.findTypeMetadata(dto, field)?.typeFunction() === Number &&
          !rules.some(({ name }) => name === 'isInt'),
      ),
    ).toEqual([]);
  });

  it('takes a date wherever it takes a time', () => {
    const pipe = createValidationPipe();
    const times = FIELDS.filter(({ rules }) => rules.some(({ name }) => name === 'isInstant'));
    expect(times.length).toBeGreaterThan(15);
    const faults = times.map(async ({ dto, field, where }) => {
      const failure = await Promise.resolve(
        pipe.transform({ [field]: '2099-11-30' }, { type: 'body', metatype: dto }),
      ).catch((error: unknown) => error);
      const { errors = [] } = (failure as { details?: { errors?: { path: string }[] } }).details ?? {};
      return errors.some(({ path }) => path === field) ? [where] : [];
    });
    return expect(Promise.all(faults).then((found) => found.flat())).resolves.toEqual([]);
  });

  it('has null for nothing but what may be emptied', async () => {
    const pipe = createValidationPipe();
    const reached: string[] = [];
    for (const { dto, field, where, rules } of FIELDS) {
      // The other fields are not there, which is a fault or not; the null is to be none that is let through.
      const valid = await Promise.resolve(pipe.transform({ [field]: null }, { type: 'body', metatype: dto })).catch(
        () => undefined,
      );
      const isClearable = rules.some(({ context }) => (context as { isClearable?: boolean } | undefined)?.isClearable);
      if ((valid as Record<string, unknown> | undefined)?.[field] === null && !isClearable) reached.push(where);
    }
    expect(reached).toEqual([]);
  });
});
