// Builds when a source is newer than the last build, so that `npm start` is quick when nothing changed.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const STAMP = path.join(root, 'dist', '.tsbuildinfo');
const INPUTS = ['apps', 'libs', 'config', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

export function ensureBuild() {
  const built = timeOf(STAMP);
  if (built > 0 && INPUTS.every((input) => newest(path.join(root, input)) <= built)) return;
  console.log('Building …');
  const nest = path.join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function newest(entry) {
  const stat = statSync(entry);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(entry).map((name) => newest(path.join(entry, name))));
}

function timeOf(file) {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}
