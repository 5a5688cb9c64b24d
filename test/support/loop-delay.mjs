// Loaded into a service by tests. It answers on standard error: SIGUSR2 with its longest stall since the last one, SIGWINCH with what it
// keeps in memory once the garbage is gone. The size of the process says little: V8 gives memory back when it likes.
import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const answer = (figure) => writeSync(2, `\nloop-delay ${figure}\n`);
process.on('SIGUSR2', () => {
  const stallMs = delay.max / 1e6;
  delay.reset();
  answer(stallMs);
});
process.on('SIGWINCH', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  answer((heapUsed + external) / 1024 / 1024);
});
