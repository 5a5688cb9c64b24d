// Loaded into a service by tests. It answers on standard error: SIGUSR2 with its longest stall since the last one, SIGURG with the CPU that
// its main thread used in the longest one, whatever else the machine did (Linux), SIGWINCH with what it keeps in memory once the garbage is gone. The size of the process says little: V8 gives memory back when it likes.
import { openSync, readSync, writeSync } from 'node:fs';
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
let [usedMs, mostMs] = [0, 0];
let readUsedMs = () => performance.now();
if (process.platform === 'linux') {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const bytes = Buffer.alloc(64);
  readUsedMs = () => Number(bytes.toString('latin1', 0, readSync(file, bytes, 0, 64, 0)).split(' ')[0]) / 1e6;
}
setInterval(() => {
  const now = readUsedMs();
  mostMs = Math.max(mostMs, now - usedMs);
  usedMs = now;
}, 1).unref();
process.on('SIGURG', () => {
  answer(mostMs);
  mostMs = 0;
});
process.on('SIGWINCH', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  answer((heapUsed + external) / 1024 / 1024);
});
