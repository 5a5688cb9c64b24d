// Loaded into a service by tests: answers SIGUSR2 with its longest stall since the last one, and its memory, on standard error.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  const figures = { stallMs: delay.max / 1e6, rssMb: process.memoryUsage.rss() / 1024 / 1024 };
  delay.reset();
  writeSync(2, `\nloop-delay ${JSON.stringify(figures)}\n`);
});
