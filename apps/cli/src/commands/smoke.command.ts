import { type Command, textOption, UsageError } from '../command.js';
import { SmokeTest } from '../smoke-test.js';

/** `devskyy smoke`: does a running service do what it is for? */
export const smokeCommand: Command = {
  name: 'smoke',
  usage: 'smoke --url URL [--identifier NAME --password-stdin]',
  summary:
    'Check a running service after a deployment: health, documentation, refusals and, with credentials of an ADMIN, ' +
    'a recorded sale, the dashboard, an agent task and a reported error.',
  options: { url: { type: 'string' }, identifier: { type: 'string' }, 'password-stdin': { type: 'boolean' } },
  async run({ options, print }) {
    const url = textOption(options, 'url') ?? 'http://127.0.0.1:8000';
    if (!URL.canParse(url)) throw new UsageError('--url takes an address such as http://127.0.0.1:8000');
    const identifier = textOption(options, 'identifier');
    const password = options['password-stdin'] === true ? (await readAll()).split(/\r?\n/)[0] : undefined;
    const test = new SmokeTest(url.replace(/\/$/, ''), print);
    await test.publicChecks();
    if (identifier !== undefined && password !== undefined) await test.signedInChecks(identifier, password);
    else print('skipped  signed-in checks: give --identifier and --password-stdin');
    print(`\n${test.passed} passed, ${test.failed} failed`);
    return test.failed === 0 ? 0 : 1;
  },
};

async function readAll(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}
