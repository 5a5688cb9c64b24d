// `npm test`: everything that must hold before a change is merged; with `--coverage` also how much of the code the tests reach, which takes
// longer. Other arguments go to Jest, which then runs alone.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureBuild } from './ensure-build.mjs';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const args = process.argv.slice(2);

/**
 * Runs a command and says how long it took.
 *
 * @param stdio `inherit`, or `pipe` for a check that runs beside another: what it prints is shown when it has failed
 * @returns whether it succeeded
 */
function run(title, command, commandArgs, stdio) {
  const start = Date.now();
  const child = spawn(command, commandArgs, { cwd: root, stdio, shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.once('close', (status) => {
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      console.log(status === 0 ? `${title}: ${seconds} s` : `${output}\n${title} failed after ${seconds} s`);
      resolve(status === 0);
    });
  });
}

const check = (title, name, ...checkArgs) => run(title, bin(name), checkArgs, 'pipe');

ensureBuild();
if (args.every((arg) => arg === '--coverage')) {
  const inTurn = async () => [
    await check('Types', 'tsc', '--noEmit'),
    await check('Format', 'prettier', '--check', '.', '--log-level', 'warn', '--cache', '--cache-strategy', 'content'),
  ];
  const passed = await Promise.all([check('Lint', 'eslint', '.'), inTurn()]);
  if (passed.flat().includes(false)) process.exit(1);
}
// V8 reports coverage of everything that a process has ever loaded: after some forty files that takes five seconds a file.
const freshWorkers = args.includes('--coverage') ? ['--workerIdleMemoryLimit=1MB'] : [];
if (!(await run('Tests', bin('jest'), [...args, ...freshWorkers], 'inherit'))) process.exit(1);
