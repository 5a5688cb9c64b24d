/** What became of reports that reached the database. */
export interface Outcome {
  stored: number;
  duplicate: number;
  quarantined: number;
}

/** What became of everything that was handed in: `received` is the sum of the others, always. */
export interface Conservation extends Outcome {
  received: number;
  /** Accepted and on disk, not yet in the database. */
  backlog: number;
  refused: number;
}

/**
 * What became of everything, where what came in is noted less often than what became of it: at least what was settled came in, and what
 * is not settled waits.
 */
export function conserved({
  received,
  stored,
  duplicate,
  quarantined,
  refused,
}: Omit<Conservation, 'backlog'>): Conservation {
  const settled = stored + duplicate + quarantined + refused;
  const all = Math.max(received, settled);
  return { received: all, stored, duplicate, quarantined, backlog: all - settled, refused };
}

export const NOTHING_RECEIVED: Readonly<Conservation> = {
  received: 0,
  stored: 0,
  duplicate: 0,
  quarantined: 0,
  backlog: 0,
  refused: 0,
};
