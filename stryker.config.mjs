// `npm run test:mutation` changes the rules one token at a time and counts how many changes a unit spec notices.
import jest from './jest.config.mjs';

const unit = jest.projects.find(({ displayName }) => displayName === 'unit');

/**
 * Rules that decide about money, rights, tasks and errors. Left out: what forms text or bytes (grouping's normal forms, scrubbing, JSON), whose
 * specs are tables of examples, and what decides in SQL (lockouts, the claim of tasks), which the system tests try.
 */
const rules = {
  'libs/agents/src': [
    'batches/{batch-plan,json-pointer}',
    'queue/task-blocker',
    'registry/agent-health',
    'runners/llm/{model-price,prompt}',
    'schedules/{cron-times,time-zone}',
    'tasks/{cost,task-access,task-failure,task-report}',
  ],
  'libs/auth/src': [
    'api-keys/{credential-rules,ip-allowlist}',
    'audit/audit-chain',
    'identities/{identity-key,rank-rules}',
    'passwords/password-policy',
  ],
  'libs/dashboard/src': ['measurements/latency-histogram', 'overview/health-score'],
  'libs/errors/src': ['grouping/{group-status,release-order}', 'ledger/pressure', 'runs/artifact-chain'],
  'libs/finance/src': [
    'books/{calendar,day-range,differing-fields,faults,money,standard-accounts,transaction-kind}',
    'chain/{canonical-json,chain,leaves,ledger-rebuild}',
    'drafts/{draft,journal,parts,portions,posting-rules,refund}',
    'posting/{apply-draft,commit-decision,plan,waiting-units,write-pace}',
  ],
  'libs/platform': ['checkpoints/src/checkpoint', 'kernel/src/{csv,request-fingerprint,role}'],
};

export default {
  testRunner: 'jest',
  jest: {
    projectType: 'custom',
    config: { ...unit, projects: [], dependencyExtractor: '<rootDir>/test/mutation/spec-beside.cjs' },
  },
  coverageAnalysis: 'perTest',
  mutate: Object.entries(rules).flatMap(([lib, files]) => files.map((file) => `${lib}/${file}.ts`)),
  thresholds: { high: 90, low: 80, break: 80 },
  concurrency: 2,
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  htmlReporter: { fileName: 'coverage/mutation/index.html' },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  tempDirName: 'coverage/mutation/tmp',
  ignorePatterns: ['coverage', 'dist', 'docs', 'bench', 'deploy'],
  allowEmpty: false,
  disableTypeChecks: false,
};
