import { Module, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AGENT_RUNNERS, type AgentRunner } from './agent-runner.js';
import { AgentSecretRepository } from './agent-secret.repository.js';
import { AgentRunnersService } from './agent-runners.service.js';
import { HttpAgentRunner } from './http/http-agent.runner.js';
import { OutboundHttpClient } from './http/outbound-http.client.js';
import { InternalAgentRunner } from './internal/internal-agent.runner.js';
import { InternalAgentService } from './internal/internal-agent.service.js';
import { SecurityPostureAgent } from './internal/security-posture.agent.js';
import { ServiceMetricsAgent } from './internal/service-metrics.agent.js';
import { ServiceProbeRepository } from './internal/service-probe.postgres.js';
import { ConsequentialCallRepository } from './llm/consequential-call.repository.js';
import { LanguageModelClient } from './llm/language-model.client.js';
import { LlmAgentRunner } from './llm/llm-agent.runner.js';
import { ModelSafeguardService } from './llm/model-safeguard.service.js';
import { ModelSettingsService } from './llm/model-settings.service.js';

/** Who runs which kind of agent. */
const RUNNERS = [HttpAgentRunner, InternalAgentRunner, LlmAgentRunner];

const HTTP: Provider[] = [OutboundHttpClient];
const INTERNAL: Provider[] = [InternalAgentService, SecurityPostureAgent, ServiceMetricsAgent, ServiceProbeRepository];
const LLM: Provider[] = [ModelSettingsService, ModelSafeguardService, LanguageModelClient, ConsequentialCallRepository];

/** The kinds of agents that this service runs by itself. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ...HTTP,
    ...INTERNAL,
    ...LLM,
    ...RUNNERS,
    { provide: AGENT_RUNNERS, useFactory: (...runners: AgentRunner[]) => runners, inject: RUNNERS },
    AgentRunnersService,
    AgentSecretRepository,
  ],
  exports: [AgentRunnersService, AgentSecretRepository],
})
export class RunnersModule {}
