import { readFile } from 'node:fs/promises';
import { sourcesBelow } from './sources.js';

const TYPES = { counter: 'counter', gauge: 'gauge', labelledGauge: 'gauge', histogram: 'histogram' } as const;

type Method = keyof typeof TYPES;

interface Metric {
  name: string;
  type: (typeof TYPES)[Method];
  labels: string[];
  help: string;
}

/** Where a metric is made: by the registry that all get theirs from, or within it. */
const CALL = /\b(?:metrics|this)\.(counter|gauge|labelledGauge|histogram)\(/g;

const TEXT = `'((?:[^'\\\\]|\\\\.)*)'`;

/** What follows: name, help, and the labels if there are any. */
const ARGUMENTS = new RegExp(`^\\s*${TEXT},\\s*${TEXT}(?:,\\s*(\\[[^\\]]*\\]|'\\w+'))?`);

/** Every metric of the service with type, labels and meaning, in Markdown; read from the sources. */
export async function metricsReference(): Promise<string> {
  const metrics: Metric[] = [];
  for (const file of await sourcesBelow('libs')) metrics.push(...metricsIn(await readFile(file, 'utf8'), file));
  const lines = [
    '# Metrics',
    '',
    'Generated from the places where they are made; do not edit. `GET /metrics` has them in the Prometheus text format, and besides them',
    'the `process_*` and `nodejs_*` metrics of prom-client. A worker has those of what it runs. Rules for them: `deploy/prometheus`.',
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
  ];
  for (const { name, type, labels, help } of metrics.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    lines.push(
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help.replaceAll('|', '\\|')} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** @throws Error when a metric is made in a way that cannot be read */
function metricsIn(source: string, file: string): Metric[] {
  return [...source.matchAll(CALL)].map(({ 0: call, 1: method, index }) => {
    const [, name, help = '', labels = ''] = ARGUMENTS.exec(source.slice(index + call.length)) ?? [];
    if (name === undefined) throw new Error(`${file}: name and help of a metric must be written as plain texts`);
    return {
      name: `devskyy_${name}`,
      type: TYPES[method as Method],
      labels: [...labels.matchAll(/'(\w+)'/g)].map(([, label = '']) => label),
      help: help.replaceAll(/\\(.)/g, '$1'),
    };
  });
}
