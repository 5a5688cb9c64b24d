import type { AppConfig, ConfigProblem } from './app-config.js';

type Sections = Omit<AppConfig, 'warnings'>;

/** Words that give an example or a placeholder away; a random key contains none of them between separators. */
const EXAMPLE_KEY =
  /(^|[^a-z0-9])(change|changeme|change-me|example|secret|insecure|dev|test|password|your|placeholder)([^a-z0-9]|$)/i;

/** A key of few different characters was typed, not generated. */
const FEWEST_DISTINCT_CHARACTERS = 12;

/** What production refuses to start with. */
export function productionProblems(config: Sections): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse = (variable: string, problem: string): number => problems.push({ variable, problem });
  const key = config.security.secretKey;
  const generate = 'generate one with `openssl rand -base64 48`';
  if (key === '') refuse('SECRET_KEY', `is required in production; ${generate}`);
  else if (isWeakKey(key)) refuse('SECRET_KEY', `is an example or too easy to guess; ${generate}`);
  if (config.security.secretKeyPrevious !== undefined && isWeakKey(config.security.secretKeyPrevious)) {
    refuse('SECRET_KEY_PREVIOUS', 'is an example or too easy to guess');
  }
  if (config.database.url === undefined) {
    refuse('DATABASE_URL', 'is required in production; the embedded database is for development');
  }
  if (config.cors.origins.includes('*') && config.cors.allowCredentials) {
    refuse('CORS_ORIGINS', 'must not be * while CORS_ALLOW_CREDENTIALS is true');
  }
  if (trustsEveryone(config.server.trustProxy)) {
    refuse(
      'TRUST_PROXY',
      'must be a number of hops or a list of proxies in production, or callers choose their own address',
    );
  }
  if (!config.logging.sanitizeSensitive) refuse('LOG_SANITIZE_SENSITIVE', 'must not be false in production');
  return problems;
}

/** What production allows but its operator should know. */
export function productionWarnings(config: Sections): string[] {
  const warnings: string[] = [];
  if (config.redis.url === undefined) {
    warnings.push('REDIS_URL is not set: cache and rate limits are kept by each process for itself');
  }
  const { url } = config.database;
  if (url !== undefined && !/[?&](ssl|sslmode)=(?!disable|false|prefer|allow)/.test(url)) {
    warnings.push('DATABASE_URL does not demand TLS: add sslmode=verify-full unless the network is private');
  }
  if (config.ai.openaiApiKey === undefined && config.ai.anthropicApiKey === undefined) {
    warnings.push('Neither ANTHROPIC_API_KEY nor OPENAI_API_KEY is set: agents of kind llm cannot run');
  }
  if (config.mail.url === undefined)
    warnings.push('MAIL_URL is not set: invitations and password resets cannot be sent');
  if (config.server.trustedHosts.includes('*')) warnings.push('TRUSTED_HOSTS is *, so every Host header is answered');
  return warnings;
}

/** `true`, or a network of all addresses: the last of `X-Forwarded-For`, which the caller writes, would be believed. */
function trustsEveryone(trustProxy: string): boolean {
  return trustProxy === 'true' || /\/0*(?![0-9])/.test(trustProxy);
}

function isWeakKey(key: string): boolean {
  return EXAMPLE_KEY.test(key) || new Set(key).size < FEWEST_DISTINCT_CHARACTERS;
}
