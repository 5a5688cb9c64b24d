import { type Command, textOption, UsageError } from '../command.js';
import { verifyErrors } from './verify-errors.js';
import { verifyLedger } from './verify-ledger.js';

/** `devskyy verify`: is what was taken out of the service what the service wrote? */
export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify ledger FILE [--keys JWKS] | errors FILE',
  summary:
    'Check an export of the ledger (format=ndjson) or the artifact of a run: chain, signatures and sums. --keys names a saved JWKS ' +
    'whose keys alone are trusted. Status 1 when anything does not fit; every fault says where.',
  options: { keys: { type: 'string' } },
  takesOperands: true,
  run({ options, operands, print }) {
    const [what, file] = operands;
    if (file !== undefined && what === 'ledger') return verifyLedger(file, textOption(options, 'keys'), print);
    if (file !== undefined && what === 'errors') return verifyErrors(file, print);
    throw new UsageError('Say: devskyy verify ledger FILE, or: devskyy verify errors FILE');
  },
};
