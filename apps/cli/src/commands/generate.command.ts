import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from '../command.js';
import { generateDocuments } from '../generate/documents.js';

const DIR = 'docs/generated';

/** `devskyy generate`: the documents that follow from the code. For developers, in a checkout. */
export const generateCommand: Command = {
  name: 'generate',
  usage: 'generate [--check]',
  summary:
    'Write docs/generated (OpenAPI, errors, environment, authorization, metrics); --check only tells what is out of date.',
  options: { check: { type: 'boolean' } },
  async run({ options, print }) {
    const stale: string[] = [];
    await mkdir(DIR, { recursive: true });
    for (const [name, content] of Object.entries(await generateDocuments())) {
      const file = path.join(DIR, name);
      const before = await readFile(file, 'utf8').catch(() => '');
      if (before === content) continue;
      stale.push(file);
      if (options['check'] !== true) await writeFile(file, content);
    }
    if (stale.length === 0) print('Up to date');
    else print(`${options['check'] === true ? 'Out of date' : 'Written'}: ${stale.join(', ')}`);
    return options['check'] === true && stale.length > 0 ? 1 : 0;
  },
};
