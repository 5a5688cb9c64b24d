import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { registerDecorator } from 'class-validator';

/** Longest text that can be an amount. */
const MAX_LENGTH = 30;

/** An amount in major units: decimal text, or a JSON number. Digits and size are checked with the currency at hand. */
export function IsAmount(options: { example: string; description?: string; required?: boolean }): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      oneOf: [{ type: 'string', pattern: '^-?(0|[1-9]\\d{0,15})(\\.\\d{1,8})?$' }, { type: 'number' }],
      example: options.example,
      description: options.description ?? 'In major units; text, or a number that is exactly what it shows.',
      required: options.required ?? true,
    }),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'isAmount',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { message: `${String(propertyName)} must be a decimal number such as "${options.example}"` },
        validator: {
          validate: (value: unknown) =>
            typeof value === 'number'
              ? Number.isFinite(value)
              : typeof value === 'string' && value.length <= MAX_LENGTH,
        },
      }),
  );
}
