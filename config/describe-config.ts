import type { AppConfig } from './app-config.js';
import { SECTIONS } from './load-config.js';
import type { SectionClass, Setting } from './setting.js';

type AnySection = SectionClass<Record<string, Setting<unknown>>>;

const sections = (): readonly AnySection[] => SECTIONS as unknown as readonly AnySection[];

/** The effective configuration for people, with secrets as `***` and passwords taken out of addresses. */
export function describeConfig(config: AppConfig): Record<string, Record<string, unknown>> {
  const described: Record<string, Record<string, unknown>> = {};
  for (const { section, settings } of sections()) {
    const values = config[section as keyof AppConfig] as unknown as Record<string, unknown>;
    described[section] = Object.fromEntries(
      Object.entries(settings).map(([name, setting]) => [name, show(setting, values[name])]),
    );
  }
  return described;
}

function show(setting: Setting<unknown>, value: unknown): unknown {
  if (value === undefined || value === '') return null;
  const address = typeof value === 'string' ? withoutPassword(value) : undefined;
  return setting.secret ? (address ?? '***') : (address ?? value);
}

/** An address whose password is taken out; `undefined` for what is none or has none. */
function withoutPassword(text: string): string | undefined {
  if (!text.includes('://') || !URL.canParse(text)) return undefined;
  const address = new URL(text);
  const secrets = [...address.searchParams.keys()].filter((name) => /pass|secret|token|key/i.test(name));
  if (address.password === '' && secrets.length === 0) return undefined;
  if (address.password !== '') address.password = '***';
  for (const name of secrets) address.searchParams.set(name, '***');
  return address.toString();
}

/** Every environment variable the service reads, by section; the source of the reference and of its test. */
export function listVariables(): { section: string; variable: string; setting: Setting<unknown> }[] {
  return sections().flatMap(({ section, settings }) =>
    Object.values(settings).flatMap((setting) => setting.env.map((variable) => ({ section, variable, setting }))),
  );
}

/** The environment reference in Markdown (`docs/generated/env.md`). */
export function environmentReference(): string {
  const lines = [
    '# Environment variables',
    '',
    'Generated from `config/`; do not edit. Every variable `X` may also be given as `X_FILE`, the path of a file that',
    'holds the value. Order: runtime overrides, environment, `.env`, defaults.',
  ];
  for (const { section, settings } of sections()) {
    lines.push('', `## ${section}`, '', '| variable | default | allowed | meaning |', '|---|---|---|---|');
    for (const setting of Object.values(settings)) {
      const names = setting.env.map((variable) => `\`${variable}\``).join(', ');
      lines.push(`| ${names} | ${showDefault(setting)} | ${cell(setting.allowed)} | ${cell(setting.description)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function showDefault({ fallback }: Setting<unknown>): string {
  if (fallback === undefined || fallback === '') return '';
  const shown = Array.isArray(fallback) ? fallback.join(',') : JSON.stringify(fallback).replaceAll('"', '');
  return shown === '' ? '' : `\`${cell(shown)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
