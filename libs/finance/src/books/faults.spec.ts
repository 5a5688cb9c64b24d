import { Faults } from './faults.js';
import { InvalidMoneyException, InvalidTransactionException } from './fields.exceptions.js';

const throwing = (error: Error) => (): never => {
  throw error;
};

describe('faults of a request', () => {
  it('are none when every field can be read', () => {
    const faults = new Faults();
    expect(faults.read(() => 7)).toBe(7);
    expect(() => faults.settle()).not.toThrow();
  });

  it('are all named, the first of them decides the code', () => {
    const faults = new Faults();
    expect(faults.read(throwing(new InvalidMoneyException('amount', 'is wrong', 'isDecimal')))).toBeUndefined();
    faults.note('direction', 'is for adjustments only');
    expect(() => faults.settle()).toThrow(
      expect.objectContaining({
        code: 'FINANCE.INVALID_MONEY',
        message: 'amount is wrong (and 1 more)',
        details: {
          errors: [
            { path: 'amount', message: 'is wrong', code: 'isDecimal' },
            { path: 'direction', message: 'is for adjustments only', code: 'transaction' },
          ],
        },
      }),
    );
  });

  it('of one field alone are what was thrown', () => {
    const faults = new Faults();
    const error = new InvalidTransactionException('amount', 'is wrong');
    faults.read(throwing(error));
    expect(() => faults.settle()).toThrow(error);
    expect(error.message).toBe('amount is wrong');
  });

  it('are named once, however often they are found', () => {
    const faults = new Faults();
    for (const path of ['currency', 'currency', 'amount', 'amount']) faults.note(path, 'is wrong');
    faults.note('amount', 'is too large');
    expect(() => faults.settle()).toThrow(
      expect.objectContaining({
        details: {
          errors: [
            expect.objectContaining({ path: 'currency' }),
            expect.objectContaining({ path: 'amount', message: 'is wrong' }),
            expect.objectContaining({ path: 'amount', message: 'is too large' }),
          ],
        },
      }),
    );
  });

  it('are no faults of ours', () => {
    const broken = new Error('broken');
    expect(() => new Faults().read(throwing(broken))).toThrow(broken);
  });
});
