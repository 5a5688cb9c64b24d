import { AGENT_DEFAULTS, type AgentDefinition, type AgentKind } from './agent.js';
import type { ExecutorRole } from './task-access.js';
import type { JsonObject } from './task.js';

type Row = readonly [
  slug: string,
  name: string,
  category: string,
  capabilities: readonly string[],
  options?: {
    readonly priority?: number;
    readonly minimumRole?: ExecutorRole;
    readonly dependencies?: readonly string[];
    readonly kind?: AgentKind;
    readonly config?: JsonObject;
  },
];

const CRITICAL = 1;
const HIGH = 2;
const CONTENT = ['ecommerce', 'claude-sonnet'];
const DEVELOPER = 'DEVELOPER';

/** The task is the prompt, and its parameters are what it is about. */
const PROMPT = '{{taskDescription}}\n\n{{parameters}}';

/** Names of the handlers that come with the service. */
export const HANDLERS = { securityPosture: 'security-posture', serviceMetrics: 'service-metrics' } as const;

const ROWS: readonly Row[] = [
  [
    'scanner',
    'Scanner',
    'core',
    ['scan', 'analyze', 'detect_issues', 'security_scan'],
    { priority: HIGH, kind: 'internal', config: { handler: HANDLERS.securityPosture } },
  ],
  ['scanner-v2', 'Scanner V2', 'core', ['scan', 'analyze', 'detect_issues', 'security_scan'], { priority: HIGH }],
  [
    'fixer',
    'Fixer',
    'core',
    ['fix', 'repair', 'format', 'optimize'],
    { priority: HIGH, minimumRole: DEVELOPER, dependencies: ['scanner'] },
  ],
  [
    'fixer-v2',
    'Fixer V2',
    'core',
    ['fix', 'repair', 'format', 'optimize'],
    { priority: HIGH, minimumRole: DEVELOPER, dependencies: ['scanner-v2'] },
  ],
  [
    'claude-sonnet',
    'Claude Sonnet',
    'ai',
    ['reason', 'analyze', 'generate_text', 'explain'],
    { kind: 'llm', config: { provider: 'anthropic', promptTemplate: PROMPT } },
  ],
  [
    'openai',
    'OpenAI',
    'ai',
    ['reason', 'generate_text'],
    { kind: 'llm', config: { provider: 'openai', model: 'gpt-4o', promptTemplate: PROMPT } },
  ],
  ['multi-model-ai', 'Multi-Model AI', 'ai', ['reason', 'route', 'compare']],
  ['ecommerce', 'E-Commerce', 'ecommerce', ['products', 'orders', 'cart', 'pricing'], { priority: HIGH }],
  ['inventory', 'Inventory', 'ecommerce', ['stock', 'warehouse', 'forecast', 'replenish']],
  ['financial', 'Financial', 'ecommerce', ['payments', 'invoices', 'analytics', 'reporting'], { priority: HIGH }],
  ['brand-intelligence', 'Brand Intelligence', 'marketing', ['brand_analysis', 'trends', 'competitors']],
  [
    'seo-marketing',
    'SEO Marketing',
    'marketing',
    ['seo', 'keywords', 'meta_tags', 'content_optimization'],
    { dependencies: CONTENT },
  ],
  ['social-media', 'Social Media', 'marketing', ['post', 'schedule', 'engage'], { dependencies: CONTENT }],
  ['email-sms', 'E-Mail and SMS', 'marketing', ['email', 'sms', 'campaigns'], { dependencies: CONTENT }],
  ['marketing-content', 'Marketing Content', 'marketing', ['copywriting', 'generate_text', 'campaigns']],
  ['wordpress', 'WordPress', 'wordpress', ['pages', 'plugins', 'publish']],
  ['wordpress-theme-builder', 'WordPress Theme Builder', 'wordpress', ['theme', 'layout', 'style']],
  ['customer-service', 'Customer Service', 'customer', ['support', 'tickets', 'chat']],
  ['voice-audio', 'Voice and Audio', 'customer', ['transcribe', 'synthesize', 'audio']],
  ['blockchain-nft', 'Blockchain and NFT', 'advanced', ['nft', 'mint', 'contracts']],
  [
    'code-generation',
    'Code Generation',
    'advanced',
    ['generate_code', 'refactor', 'review'],
    { minimumRole: DEVELOPER },
  ],
  [
    'security',
    'Security',
    'advanced',
    ['authenticate', 'authorize', 'encrypt', 'audit'],
    { priority: CRITICAL, minimumRole: DEVELOPER },
  ],
  [
    'performance',
    'Performance',
    'advanced',
    ['optimize', 'profile', 'benchmark'],
    { dependencies: ['scanner'], kind: 'internal', config: { handler: HANDLERS.serviceMetrics } },
  ],
];

/**
 * The agents an installation starts with. Two of them run out of the box, two with a key of a provider of language models; the
 * others wait for a worker that leases their tasks, or for an operator who points them at an address or a model.
 */
export const CATALOGUE: readonly AgentDefinition[] = ROWS.map(([slug, name, category, capabilities, options]) => ({
  ...AGENT_DEFAULTS,
  kind: 'worker',
  ...options,
  slug,
  name,
  category,
  capabilities,
}));
