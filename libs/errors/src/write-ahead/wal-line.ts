import { crc32 } from 'node:zlib';
import type { Grouping } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';

/** One accepted report and its place in the order of its run. */
export interface WalRecord {
  readonly sequence: number;
  readonly occurrence: Occurrence;
  /** Its group, where too little of it was kept to tell. */
  readonly grouping?: Grouping | undefined;
}

/** Bytes of the check sum and the space behind it. */
const PREFIX = 9;

/** One line: CRC-32 of the JSON in hexadecimal, a space, the JSON, a line feed. */
export function encodeWalLine(record: WalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** Reads a line without its line feed; `undefined` when it is not what was written. */
export function decodeWalLine(line: Buffer): WalRecord | undefined {
  const json = line.subarray(PREFIX);
  if (line.toString('latin1', 0, PREFIX) !== `${checksum(json)} `) return undefined;
  try {
    return JSON.parse(json.toString()) as WalRecord;
  } catch {
    return undefined;
  }
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}
