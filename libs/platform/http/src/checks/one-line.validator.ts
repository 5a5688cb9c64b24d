import { applyDecorators } from '@nestjs/common';
import { registerDecorator } from 'class-validator';

/** Control characters, line and paragraph separators, and marks that turn the direction of what follows. */
const NOT_ON_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** Whether a value is a text that shows as one line and is not blank: a name must not pass for a paragraph of a mail or a log. */
export function isOneLine(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && !NOT_ON_A_LINE.test(value);
}

/** A field that holds a name: one line, not blank. */
export function IsOneLine(): PropertyDecorator {
  return applyDecorators((target: object, propertyName: string | symbol) =>
    registerDecorator({
      name: 'isOneLine',
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: `${String(propertyName)} must be one line of text, and not blank` },
      validator: { validate: isOneLine },
    }),
  );
}
