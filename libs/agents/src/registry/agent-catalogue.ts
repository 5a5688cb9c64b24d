import type { AgentKind } from '../runners/agent-kinds.js';
import { HANDLERS } from '../runners/internal/internal-kind.js';
import { AGENT_DEFAULTS, type AgentDefinition } from './agent.js';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { JsonObject } from '../tasks/task.js';

type Row = readonly [
  slug: string,
  name: string,
  description: string,
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

const ROWS: readonly Row[] = [
  [
    'scanner',
    'Scanner',
    'Looks for weaknesses in how this service is set up, and says how grave each is. Runs here, without a key.',
    'core',
    ['scan', 'analyze', 'detect_issues', 'security_scan'],
    { priority: HIGH, kind: 'internal', config: { handler: HANDLERS.securityPosture } },
  ],
  [
    'scanner-v2',
    'Scanner V2',
    'Scans a code base or a system for faults and weaknesses. Needs a worker that knows yours.',
    'core',
    ['scan', 'analyze', 'detect_issues', 'security_scan'],
    { priority: HIGH },
  ],
  [
    'fixer',
    'Fixer',
    'Mends what a scan found. Needs a worker that may change your code or configuration.',
    'core',
    ['fix', 'repair', 'format', 'optimize'],
    { priority: HIGH, minimumRole: DEVELOPER, dependencies: ['scanner'] },
  ],
  [
    'fixer-v2',
    'Fixer V2',
    'Mends what the second scanner found. Needs a worker that may change your code or configuration.',
    'core',
    ['fix', 'repair', 'format', 'optimize'],
    { priority: HIGH, minimumRole: DEVELOPER, dependencies: ['scanner-v2'] },
  ],
  [
    'claude-sonnet',
    'Claude Sonnet',
    'Answers a task with Claude Sonnet by Anthropic. Needs ANTHROPIC_API_KEY or a key of its own.',
    'ai',
    ['reason', 'analyze', 'generate_text', 'explain'],
    { kind: 'llm', config: { provider: 'anthropic', promptTemplate: PROMPT } },
  ],
  [
    'openai',
    'OpenAI',
    'Answers a task with a model by OpenAI. Needs OPENAI_API_KEY or a key of its own.',
    'ai',
    ['reason', 'generate_text'],
    { kind: 'llm', config: { provider: 'openai', model: 'gpt-4o', promptTemplate: PROMPT } },
  ],
  [
    'multi-model-ai',
    'Multi-Model AI',
    'Asks several models and compares what they say. Needs a worker that has their keys.',
    'ai',
    ['reason', 'route', 'compare'],
  ],
  [
    'ecommerce',
    'E-Commerce',
    'Keeps products, prices and orders of a shop. Needs a worker with access to the shop.',
    'ecommerce',
    ['products', 'orders', 'cart', 'pricing'],
    { priority: HIGH },
  ],
  [
    'inventory',
    'Inventory',
    'Watches stock, forecasts what will sell and says what to order again. Needs a worker with access to the stock.',
    'ecommerce',
    ['stock', 'warehouse', 'forecast', 'replenish'],
  ],
  [
    'financial',
    'Financial',
    'Looks into payments and invoices and reports about them. Needs a worker with access to your accounts.',
    'ecommerce',
    ['payments', 'invoices', 'analytics', 'reporting'],
    { priority: HIGH },
  ],
  [
    'brand-intelligence',
    'Brand Intelligence',
    'Follows a brand, its competitors and what people say of them. Needs a worker with sources to read.',
    'marketing',
    ['brand_analysis', 'trends', 'competitors'],
  ],
  [
    'seo-marketing',
    'SEO Marketing',
    'Finds keywords and writes the texts that search engines show. Needs a worker with access to the site.',
    'marketing',
    ['seo', 'keywords', 'meta_tags', 'content_optimization'],
    { dependencies: CONTENT },
  ],
  [
    'social-media',
    'Social Media',
    'Plans and publishes posts, and answers to them. Needs a worker with access to the channels.',
    'marketing',
    ['post', 'schedule', 'engage'],
    { dependencies: CONTENT },
  ],
  [
    'email-sms',
    'E-Mail and SMS',
    'Sends campaigns by e-mail and text message. Needs a worker with access to a sender.',
    'marketing',
    ['email', 'sms', 'campaigns'],
    { dependencies: CONTENT },
  ],
  [
    'marketing-content',
    'Marketing Content',
    'Writes texts for campaigns, products and pages. Needs a worker that has a model or an author.',
    'marketing',
    ['copywriting', 'generate_text', 'campaigns'],
  ],
  [
    'wordpress',
    'WordPress',
    'Writes and publishes pages of a WordPress site. Needs a worker with access to the site.',
    'wordpress',
    ['pages', 'plugins', 'publish'],
  ],
  [
    'wordpress-theme-builder',
    'WordPress Theme Builder',
    'Makes themes and layouts for WordPress. Needs a worker that can build and install them.',
    'wordpress',
    ['theme', 'layout', 'style'],
  ],
  [
    'customer-service',
    'Customer Service',
    'Answers questions of customers and keeps their tickets. Needs a worker with access to the help desk.',
    'customer',
    ['support', 'tickets', 'chat'],
  ],
  [
    'voice-audio',
    'Voice and Audio',
    'Turns speech into text and text into speech. Needs a worker with a speech service.',
    'customer',
    ['transcribe', 'synthesize', 'audio'],
  ],
  [
    'blockchain-nft',
    'Blockchain and NFT',
    'Mints tokens and calls contracts on a blockchain. Needs a worker that holds the wallet.',
    'advanced',
    ['nft', 'mint', 'contracts'],
  ],
  [
    'code-generation',
    'Code Generation',
    'Writes, reviews and restructures code. Needs a worker with access to the repository.',
    'advanced',
    ['generate_code', 'refactor', 'review'],
    { minimumRole: DEVELOPER },
  ],
  [
    'security',
    'Security',
    'Reviews who may do what, and how secrets are kept. Needs a worker that knows your systems.',
    'advanced',
    ['authenticate', 'authorize', 'encrypt', 'audit'],
    { priority: CRITICAL, minimumRole: DEVELOPER },
  ],
  [
    'performance',
    'Performance',
    'Measures how this process is doing over some seconds. Runs here, without a key.',
    'advanced',
    ['optimize', 'profile', 'benchmark'],
    { dependencies: ['scanner'], kind: 'internal', config: { handler: HANDLERS.serviceMetrics } },
  ],
];

/**
 * The agents an installation starts with. Two of them run out of the box, two with a key of a provider of language models; the
 * others wait for a worker that leases their tasks, or for an operator who points them at an address or a model.
 */
export const CATALOGUE: readonly AgentDefinition[] = ROWS.map(
  ([slug, name, description, category, capabilities, options]) => ({
    ...AGENT_DEFAULTS,
    kind: 'worker',
    ...options,
    slug,
    name,
    description,
    category,
    capabilities,
  }),
);
