/** What some work takes of the processor, in ms: by the clock it may seem long because others on the machine had their turn. */
export function cpuMsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
