import { Injectable } from '@nestjs/common';
import { AgentsConfig, CorsConfig, EnvironmentConfig, SecurityConfig, ServerConfig } from '#config';
import { HANDLERS } from './internal-kind.js';
import { ServiceProbeRepository } from './service-probe.postgres.js';
import { InternalAgent, type InternalAgentHandler } from './internal-agent.service.js';

/** One thing that was looked at. */
interface Check {
  readonly id: string;
  readonly severity: 'high' | 'medium' | 'low';
  readonly passed: boolean;
  readonly finding: string;
  readonly remedy: string;
}

/** Agents that a finding names at most. */
const MAX_NAMED = 20;

/**
 * The catalogue's `scanner` agent: looks for weaknesses in how this installation is configured and connected. Reads settings and
 * the database's own account of the connection; no secret is in its result.
 */
@Injectable()
@InternalAgent(HANDLERS.securityPosture)
export class SecurityPostureAgent implements InternalAgentHandler {
  constructor(
    private readonly environment: EnvironmentConfig,
    private readonly server: ServerConfig,
    private readonly security: SecurityConfig,
    private readonly cors: CorsConfig,
    private readonly agentsConfig: AgentsConfig,
    private readonly probe: ServiceProbeRepository,
  ) {}

  async run(): Promise<unknown> {
    const checks = [...this.configurationChecks(), ...(await this.databaseChecks()), await this.agentCheck()];
    const findings = checks.filter(({ passed }) => !passed).map(({ passed: _, ...finding }) => finding);
    return {
      environment: this.environment.name,
      checked: checks.map(({ id, passed }) => ({ id, passed })),
      findings,
      highest:
        (['high', 'medium', 'low'] as const).find((level) => findings.some(({ severity }) => severity === level)) ??
        null,
    };
  }

  private configurationChecks(): Check[] {
    const { server, security, cors, agentsConfig } = this;
    const docs = server.docsEnabled ?? !this.environment.isProduction;
    return [
      {
        id: 'production-mode',
        severity: 'low',
        passed: this.environment.isProduction,
        finding: 'The service does not run in production mode, which enforces further rules',
        remedy: 'Set ENVIRONMENT=production where real data is served',
      },
      {
        id: 'root-key',
        severity: 'high',
        passed: security.secretKey.length >= 32 && new Set(security.secretKey).size >= 16,
        finding: 'SECRET_KEY is short or has little variety',
        remedy: 'Make SECRET_KEY from at least 32 random bytes',
      },
      {
        id: 'metrics-protected',
        severity: 'low',
        passed: server.metricsToken !== undefined,
        finding: 'Anybody who reaches the service can read its metrics',
        remedy: 'Set METRICS_TOKEN',
      },
      {
        id: 'docs-hidden',
        severity: 'low',
        passed: !(this.environment.isProduction && docs),
        finding: 'The API documentation is public in production',
        remedy: 'Set DOCS_ENABLED=false',
      },
      {
        id: 'trusted-hosts',
        severity: 'medium',
        passed: !server.trustedHosts.includes('*'),
        finding: 'Any Host header is answered',
        remedy: 'List the real host names in TRUSTED_HOSTS',
      },
      {
        id: 'cors-origins',
        severity: 'high',
        passed: !(cors.origins.includes('*') && cors.allowCredentials),
        finding: 'Any web site may call with the credentials of its visitors',
        remedy: 'List the real origins in CORS_ORIGINS',
      },
      {
        id: 'outbound-exceptions',
        severity: 'medium',
        passed: agentsConfig.allowedHosts.length === 0,
        finding: `Agent calls may reach internal hosts: ${agentsConfig.allowedHosts.join(', ')}`,
        remedy: 'Keep AGENTS_ALLOWED_HOSTS as short as can be',
      },
    ];
  }

  private async databaseChecks(): Promise<Check[]> {
    const { isSuperuser, usesTls, isPublicSchemaOpen } = await this.probe.posture();
    return [
      {
        id: 'database-role',
        severity: 'medium',
        passed: !isSuperuser,
        finding: 'The service connects to PostgreSQL as a superuser',
        remedy: 'Connect as a role that owns only the tables of the service',
      },
      {
        id: 'database-tls',
        severity: 'medium',
        passed: usesTls,
        finding: 'The connection to PostgreSQL is not encrypted',
        remedy: 'Add sslmode=verify-full to DATABASE_URL unless the database is on this machine',
      },
      {
        id: 'database-schema',
        severity: 'low',
        passed: !isPublicSchemaOpen,
        finding: 'Every role of the database may create objects in the schema public',
        remedy: 'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
      },
    ];
  }

  private async agentCheck(): Promise<Check> {
    const plain = await this.probe.agentsWithoutTls(MAX_NAMED);
    return {
      id: 'agents-tls',
      severity: 'high',
      passed: plain.length === 0,
      finding: `Agents are called without TLS: ${plain.join(', ')}`,
      remedy: 'Give these agents https addresses',
    };
  }
}
