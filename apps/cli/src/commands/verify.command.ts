import { type Command, UsageError } from '../command.js';
import { verifyErrors } from './verify-errors.js';

/** `devskyy verify errors`: is the file of a run what the ledger wrote? */
export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify errors FILE',
  summary: 'Check the artifact of a run: chain of hashes and sums. Status 1 when anything does not fit.',
  options: {},
  takesOperands: true,
  run({ operands, print }) {
    const [what, file] = operands;
    if (what !== 'errors' || file === undefined) throw new UsageError('Say: devskyy verify errors FILE');
    return verifyErrors(file, print);
  },
};
