const LATE = Symbol('late');

/**
 * What was asked, unless it takes too long. The work itself goes on; nobody is told how it ends.
 *
 * @param late what comes of it then
 */
export async function unlessLate<T, L>(asked: Promise<T>, limitMs: number, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof LATE>((resolve) => (timer = setTimeout(resolve, limitMs, LATE)));
  try {
    const first = await Promise.race([asked, limit]);
    return first === LATE ? late() : first;
  } finally {
    clearTimeout(timer);
  }
}
