import { type Command, textOption, UsageError } from '../command.js';
import { verifyAll } from './verify-all.js';
import { verifyCheckpoint } from './verify-checkpoint.js';
import { verifyErrors } from './verify-errors.js';
import { verifyLedger } from './verify-ledger.js';

/** `devskyy verify`: is what was taken out of the service what the service wrote, and does the database still lead there? */
export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify all [--checkpoint FILE] | ledger FILE [--keys JWKS] | errors FILE | --checkpoint FILE',
  summary:
    'Check everything there is: the audit trail, the ledger, the events of tasks, the artifacts of runs, and the checkpoints in the log. ' +
    'Or an export of the ledger (format=ndjson) or the artifact of a run: chain, signatures and sums. --keys names a saved JWKS ' +
    'whose keys alone are trusted. --checkpoint compares the configured database with a kept answer of GET /checkpoints, or with a ' +
    'line of the security log. Status 1 when anything does not fit; every fault says where.',
  options: { keys: { type: 'string' }, checkpoint: { type: 'string' } },
  takesOperands: true,
  run({ config, options, operands, print }) {
    const [what, file] = operands;
    const checkpoint = textOption(options, 'checkpoint');
    if (what === 'all' && file === undefined) return verifyAll(config, checkpoint, print);
    if (checkpoint !== undefined && what === undefined) return verifyCheckpoint(config, checkpoint, print);
    if (file !== undefined && what === 'ledger') return verifyLedger(file, textOption(options, 'keys'), print);
    if (file !== undefined && what === 'errors') return verifyErrors(file, print);
    throw new UsageError('Say: devskyy verify all, ledger FILE, errors FILE, or --checkpoint FILE');
  },
};
