import { open, readFile } from 'node:fs/promises';
import { type PublicJwk, verifyLedgerExport } from '#finance';
import { type Command, textOption, UsageError } from '../command.js';

/** Faults that are shown one by one. */
const SHOWN = 20;

/** `devskyy verify ledger`: is an exported ledger what the service sealed? Needs no service and no database. */
export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify ledger FILE [--keys JWKS]',
  summary:
    'Check an export (format=ndjson): chain, signatures, postings and balances. --keys names a saved JWKS whose keys alone are trusted. ' +
    'Status 1 when anything does not fit; every fault names its block.',
  options: { keys: { type: 'string' } },
  takesOperands: true,
  async run({ options, operands, print }) {
    const [what, file] = operands;
    if (what !== 'ledger' || file === undefined) throw new UsageError('Say: devskyy verify ledger FILE');
    const keysFile = textOption(options, 'keys');
    const pinned = keysFile === undefined ? undefined : await readKeys(keysFile);
    const { blocks, transactions, hash, problems } = await verifyLedgerExport(await linesOf(file), pinned);
    for (const { block, message } of problems.slice(0, SHOWN))
      print(`${block === 0 ? 'file' : `block ${block}`}: ${message}`);
    if (problems.length > SHOWN) print(`and ${problems.length - SHOWN} more`);
    print(`${blocks} blocks, ${transactions} posted transactions; latest block ${hash}`);
    if (pinned === undefined) print('The keys are those of the file: compare them with the service, or give --keys');
    print(problems.length === 0 ? 'The ledger is whole' : `${problems.length} faults`);
    return problems.length === 0 ? 0 : 1;
  },
};

async function linesOf(file: string): Promise<AsyncIterable<string>> {
  try {
    return (await open(file)).readLines();
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}

async function readKeys(file: string): Promise<PublicJwk[]> {
  try {
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: PublicJwk[] };
    return keys;
  } catch {
    throw new UsageError(`${file} is no JWKS`);
  }
}
