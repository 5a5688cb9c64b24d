import { open, readFile } from 'node:fs/promises';
import { type PublicJwk, verifyLedgerExport } from '#finance';
import { UsageError } from '../command.js';

/** Faults that are shown one by one. */
const SHOWN = 20;

/**
 * `devskyy verify ledger`: is an exported ledger what the service sealed? Needs no service and no database.
 *
 * @param keysFile a saved JWKS whose keys alone are trusted; without one the keys of the file are
 */
export async function verifyLedger(
  file: string,
  keysFile: string | undefined,
  print: (line: string) => void,
): Promise<number> {
  const pinned = keysFile === undefined ? undefined : await readKeys(keysFile);
  const { blocks, transactions, hash, problems } = await verifyLedgerExport(await linesOf(file), pinned);
  for (const { block, message } of problems.slice(0, SHOWN))
    print(`${block === 0 ? 'file' : `block ${block}`}: ${message}`);
  if (problems.length > SHOWN) print(`and ${problems.length - SHOWN} more`);
  print(`${blocks} blocks, ${transactions} posted transactions; latest block ${hash}`);
  if (pinned === undefined) print('The keys are those of the file: compare them with the service, or give --keys');
  print(problems.length === 0 ? 'The ledger is whole' : `${problems.length} faults`);
  return problems.length === 0 ? 0 : 1;
}

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
