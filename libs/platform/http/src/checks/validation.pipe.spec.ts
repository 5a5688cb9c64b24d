import { IsEmail, IsInt, MaxLength, Min } from 'class-validator';
import { ValidationException } from '#platform/kernel';
import type { Fault } from '../problems/problem.js';
import { createValidationPipe } from './validation.pipe.js';

class PersonDto {
  @IsEmail()
  @MaxLength(5)
  email!: string;

  @IsInt()
  @Min(1)
  age!: number;
}

describe('faults of a body', () => {
  it('are one a field, whose message tells every rule that is broken', async () => {
    const pipe = createValidationPipe();
    const failure: unknown = await Promise.resolve(
      pipe.transform({ email: 'no address', age: 'x', more: 1 }, { type: 'body', metatype: PersonDto }),
    ).catch((error: unknown) => error);
    if (!(failure instanceof ValidationException)) throw new Error('Nothing was refused');
    expect(failure.message).toBe('The request has 3 faults');
    const { errors } = failure.details as unknown as { errors: Fault[] };
    expect(errors.map(({ path }) => path).sort()).toEqual(['age', 'email', 'more']);
    const { message = '', code } = errors.find(({ path }) => path === 'email') ?? {};
    expect(message.split('; ').sort()).toEqual([
      'email must be an email',
      'email must be shorter than or equal to 5 characters',
    ]);
    expect(['isEmail', 'maxLength']).toContain(code);
  });
});
