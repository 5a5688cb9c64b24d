// Loaded into a service by tests: answers SIGUSR2 with its longest stall since the last one, and what it keeps in memory once the garbage
// is gone, on standard error. The size of the process says little: V8 gives memory back when it likes.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  const stallMs = delay.max / 1e6;
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  // A moment later: the pause for the garbage is no stall of the next measurement.
  setTimeout(() => {
    delay.reset();
    writeSync(2, `\nloop-delay ${JSON.stringify({ stallMs, keptMb: (heapUsed + external) / 1024 / 1024 })}\n`);
  }, 10);
});
