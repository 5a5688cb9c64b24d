/**
 * Lets the process live on when whoever reads its terminal or pipe is gone: writing then fails with EPIPE or EIO, which without
 * a listener would end it. The lines are lost there; the files of the log go on.
 */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
