// `npm test`: everything that must hold before a change is merged; with `--coverage` also how much of the code the tests reach, which takes
// longer. Other arguments go to Jest, which then runs alone.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureBuild } from './ensure-build.mjs';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const args = process.argv.slice(2);

function run(title, command, commandArgs) {
  const start = Date.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${title} failed`);
    process.exit(status ?? 1);
  }
  console.log(`${title}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

ensureBuild();
if (args.every((arg) => arg === '--coverage')) {
  run('Types', bin('tsc'), ['--noEmit']);
  run('Lint', bin('eslint'), ['.']);
  run('Format', bin('prettier'), ['--check', '.', '--log-level', 'warn']);
  run('Architecture', bin('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'apps',
    'libs',
    'config',
    'test',
    'bench',
  ]);
}
run('Tests', bin('jest'), args);
