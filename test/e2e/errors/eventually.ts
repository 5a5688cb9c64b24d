/** Asks until there is an answer; what is reported is found shortly after, not at once. */
export async function eventually<T>(ask: () => Promise<T | undefined>, withinMs = 5_000): Promise<T> {
  for (const end = Date.now() + withinMs; ;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`nothing within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
