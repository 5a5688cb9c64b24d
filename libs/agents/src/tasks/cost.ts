const MICROS = 1_000_000n;

/** Millionths of a US dollar as a decimal string in dollars, without superfluous zeros: `1500000` is `1.50`. */
export function dollarsOf(micros: bigint): string {
  const sign = micros < 0n ? '-' : '';
  const absolute = micros < 0n ? -micros : micros;
  const fraction = (absolute % MICROS)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${sign}${absolute / MICROS}.${fraction}`;
}

/** The inverse of `dollarsOf`, for texts that match `DOLLARS`. */
export function microsOf(dollars: string): bigint {
  const [whole = '0', fraction = ''] = dollars.split('.');
  return BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, '0'));
}

/** A sum in dollars with at most six decimals, up to a billion. */
export const DOLLARS = /^\d{1,9}(\.\d{1,6})?$/;
