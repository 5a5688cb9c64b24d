// Checks an OpenAPI document against the recommended rules of Redocly and those of redocly.yaml. Status 1 when one is broken, also where
// that is only a warning.
import path from 'node:path';
import { lint, loadConfig } from '@redocly/openapi-core';

const root = path.resolve(import.meta.dirname, '..');
const [file = path.join(root, 'docs/generated/openapi.json')] = process.argv.slice(2);
const config = await loadConfig({ configPath: path.join(root, 'redocly.yaml') });
const problems = await lint({ ref: file, config });
for (const { ruleId, severity, message, location } of problems)
  console.log(`${severity} ${ruleId}: ${message} (${location[0]?.pointer ?? ''})`);
process.exitCode = problems.length === 0 ? 0 : 1;
