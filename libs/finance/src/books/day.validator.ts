import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

const DAY = /^(19[7-9]|[2-9]\d\d)\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** A day of the books that may be left out; whether it exists is checked with the others. */
export function IsDay(options: { description: string }): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date', example: '2026-11-24', ...options }),
    IsOptional(),
    Matches(DAY, { message: '$property must be a day such as 2026-11-24' }),
  );
}
