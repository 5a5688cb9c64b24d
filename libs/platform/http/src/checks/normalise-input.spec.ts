import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import type { ValidationException } from '#platform/kernel';
import { Clearable, Required } from './normalise-input.js';
import type { Fault } from '../problems/problem.js';
import { createValidationPipe } from './validation.pipe.js';

class ItemDto {
  @IsString()
  name!: string;

  @IsOptional()
  @IsInt()
  count = 1;
}

class ChangeDto {
  @IsOptional()
  @IsString()
  title?: string;

  @Clearable()
  @IsString()
  note?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => ItemDto)
  main?: ItemDto;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ItemDto)
  items?: ItemDto[];
}

class CreateDto extends ChangeDto {
  @Required()
  @IsString()
  declare title: string;
}

class PageDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  limit = 20;
}

const pipe = createValidationPipe();

const check = async (metatype: new () => object, value: unknown): Promise<object> =>
  (await pipe.transform(value, { type: 'body', metatype })) as object;

const faultsOf = async (metatype: new () => object, value: unknown): Promise<string[]> => {
  const error = await check(metatype, value).catch((thrown: unknown) => thrown as ValidationException);
  return ((error as ValidationException).details['errors'] as Fault[]).map(({ path, code }) => `${path} ${code}`);
};

describe('null', () => {
  it('empties what may be emptied, and is absence elsewhere', async () => {
    expect(await check(ChangeDto, { title: null, note: null })).toEqual({ note: null });
    expect(await check(ItemDto, { name: 'a', count: null })).toEqual({ name: 'a', count: 1 });
    expect(await check(ChangeDto, { items: [{ name: 'a', count: null }] })).toEqual({
      items: [{ name: 'a', count: 1 }],
    });
  });

  it('is refused where something must be, also where the extended DTO lets it be absent', async () => {
    expect(await faultsOf(ItemDto, { name: null })).toEqual(['name isString']);
    expect(await faultsOf(CreateDto, { title: null })).toEqual(['title isString']);
    expect(await faultsOf(CreateDto, {})).toEqual(['title isString']);
    expect(await faultsOf(ChangeDto, { other: null })).toEqual(['other whitelistValidation']);
  });
});

describe('where objects belong', () => {
  it.each<[unknown, string[]]>([
    [[[]], ['items.0 isObject']],
    [
      [[[]], { name: 'a' }, null, 'x', 7],
      ['items.0 isObject', 'items.2 isObject', 'items.3 isObject', 'items.4 isObject'],
    ],
    [{}, ['items isArray']],
    [{ name: 'a' }, ['items isArray']],
  ])('names each of %j that is none', async (items, faults) => {
    expect((await faultsOf(ChangeDto, { items })).sort()).toEqual(faults);
  });

  it('takes no list for one', async () => {
    expect(await faultsOf(ChangeDto, { main: [] })).toEqual(['main isObject']);
    expect(await faultsOf(ChangeDto, { main: [{ name: 'a' }] })).toEqual(['main isObject']);
  });
});

describe('a number in an address', () => {
  const read = (limit: unknown) => pipe.transform({ limit }, { type: 'query', metatype: PageDto });

  it('is written in digits', async () => {
    expect(await read('7')).toEqual({ limit: 7 });
    expect(await read('-7')).toEqual({ limit: -7 });
    for (const text of ['1e1', '0x10', ' 7', '7 ', '+7', '', '7.0', '٧', 'NaN', 'Infinity', '9'.repeat(17)])
      await expect(async () => await read(text)).rejects.toThrow('one fault');
  });
});
