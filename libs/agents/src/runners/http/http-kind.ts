import { type KindRules, textOf } from '../kind-rules.js';

/** Agents behind an address: we call them, and they answer at once or call back. */
export const HTTP: KindRules = {
  config: {
    url: { required: true, check: checkUrl },
    secret: { required: false, check: textOf(16, 255) },
  },
  sharesSecret: true,
};

function checkUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return 'must be an absolute URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https:// or http://';
  return url.username === '' && url.password === '' ? undefined : 'must not contain credentials';
}
