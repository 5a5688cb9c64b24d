// `npm ci` builds, so that the first `npm start` is quick. Not where there is nothing to build with, or nothing to build: an image installs
// before its sources are there, and without development dependencies.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureBuild } from './ensure-build.mjs';

const root = path.resolve(import.meta.dirname, '..');
if (
  ['node_modules/@nestjs/cli', 'apps', 'libs', 'config', 'tsconfig.json'].every((name) =>
    existsSync(path.join(root, name)),
  )
)
  ensureBuild();
