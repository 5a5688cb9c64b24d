import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Version of the package, for logs, health and the OpenAPI document. */
export const VERSION: string = readVersion(import.meta.dirname);

/** The sources and the build lie at different depths below the package's own file. */
function readVersion(dir: string): string {
  const file = path.join(dir, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  return readVersion(path.dirname(dir));
}
