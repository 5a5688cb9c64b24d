import { Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { compileRules } from './compiled-rules.js';
import { createValidationPipe } from './validation.pipe.js';

class LeafDto {
  @IsString()
  @MaxLength(3)
  name!: string;
}

class TreeDto {
  @ValidateNested()
  @Type(() => LeafDto)
  leaf!: LeafDto;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => TreeDto)
  branches?: TreeDto[];
}

class PageDto {
  @IsOptional()
  @IsInt()
  @Type(() => Number)
  limit = 50;
}

class ListDto {
  @IsString({ each: true })
  @Transform(({ value }: { value: unknown }) => String(value).split(','))
  names!: string[];
}

class NoRulesDto {
  name?: string;
}

describe('compiled rules', () => {
  const tree = compileRules(TreeDto);

  it('make the DTOs of nested values', () => {
    const made = tree({ leaf: { name: 'a' }, branches: [{ leaf: { name: 'b' } }] });
    expect(made).toBeInstanceOf(TreeDto);
    expect(made?.leaf).toBeInstanceOf(LeafDto);
    expect(made?.branches?.[0]?.leaf).toBeInstanceOf(LeafDto);
  });

  it.each([
    ['a fault', { leaf: { name: 'long' } }],
    ['a fault further down', { leaf: { name: 'a' }, branches: [{ leaf: { name: 'b' }, branches: [{ leaf: {} }] }] }],
    ['an unknown field', { leaf: { name: 'a' }, more: 1 }],
    ['an unknown field further down', { leaf: { name: 'a', more: 1 } }],
    ['no object', 'text'],
    ['nothing', undefined],
    ['a list', []],
  ])('leave %s to the pipe', (_, value) => {
    expect(tree(value)).toBeUndefined();
  });

  it('leave what decorators would change to the pipe, and the pipe does it', async () => {
    const pipe = createValidationPipe();
    expect(compileRules(PageDto)({})).toEqual({ limit: 50 });
    expect(compileRules(PageDto)({ limit: '7' })).toBeUndefined();
    expect(await pipe.transform({ limit: '7' }, { type: 'query', metatype: PageDto })).toEqual({ limit: 7 });
    expect(compileRules(ListDto)({ names: ['a,b'] })).toBeUndefined();
    expect(await pipe.transform({ names: 'a,b' }, { type: 'query', metatype: ListDto })).toEqual({ names: ['a', 'b'] });
    expect(compileRules(NoRulesDto)({})).toBeUndefined();
  });
});
