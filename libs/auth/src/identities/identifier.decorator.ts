import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsEmail, Matches, MaxLength } from 'class-validator';
import { PLAIN_ADDRESS } from './identity-key.js';

/** Longest e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets). */
export const EMAIL_MAX_LENGTH = 254;

/** A field whose value is taken without the blanks around it, which come along when people copy or dictate. */
export const Trimmed = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** A field that holds an e-mail address. */
export const IsAddress = (options: { required?: boolean } = {}): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: String, format: 'email', maxLength: EMAIL_MAX_LENGTH, example: 'ada@example.com', ...options }),
    Trimmed(),
    IsEmail(),
    Matches(PLAIN_ADDRESS, { message: '$property must have no quotes and no characters that are not seen' }),
    MaxLength(EMAIL_MAX_LENGTH),
  );
