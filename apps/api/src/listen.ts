import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FirstAdmin, FirstAdminService } from '#auth';
import type { AppConfig } from '#config';
import { hostOf, Lifecycle } from '#platform/health';
import { AppLogger } from '#platform/observability';

/** Opens the port; returns the address to reach the service at. */
export async function listen(app: NestFastifyApplication, config: AppConfig): Promise<string> {
  const host = hostOf(config.server, config.environment);
  await app.listen(config.server.port, host);
  app.get(Lifecycle).started();
  const address = app.getHttpServer().address() as { port: number };
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${address.port}`;
}

/** Makes the first administrator, if there is nobody yet; the account, while its generated password is kept. */
export function ensureFirstAdmin(app: NestFastifyApplication): Promise<FirstAdmin | undefined> {
  return app.get(FirstAdminService, { strict: false }).ensure();
}

/** Tells the operator where everything is. */
export function announce(
  app: NestFastifyApplication,
  config: AppConfig,
  url: string,
  admin: FirstAdmin | undefined,
): void {
  const logger = app.get(AppLogger);
  for (const warning of config.warnings) logger.warn(warning, 'Config');
  const docs = config.server.docsEnabled ?? !config.environment.isProduction;
  logger.log(`Ready at ${url}${docs ? `, documentation at ${url}/docs` : ''}`, 'Api');
  if (admin) process.stdout.write(describeAdmin(admin));
}

/** Straight to the terminal: the log would redact the password, and must not keep it. */
function describeAdmin({ username, password, keptIn }: FirstAdmin): string {
  const lines = [
    `First administrator: ${username}`,
    ...(password === undefined ? [] : [`Password:            ${password}`]),
    ...(keptIn === undefined ? [] : [`Kept until changed:  ${keptIn}`]),
  ];
  return `\n${lines.map((line) => `  ${line}\n`).join('')}\n`;
}
