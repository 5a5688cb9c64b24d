import { randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { UserCreationService } from '#auth';
import { CliModule } from '../cli.module.js';
import { type Command, textOption, UsageError } from '../command.js';

/** `devskyy create-admin`: a SUPER_ADMIN, for the first start or when everybody else is locked out. */
export const createAdminCommand: Command = {
  name: 'create-admin',
  usage: 'create-admin --email ADDRESS --username NAME [--password-stdin]',
  summary: 'Make a SUPER_ADMIN. The password is read from standard input, or generated and shown once.',
  options: { email: { type: 'string' }, username: { type: 'string' }, 'password-stdin': { type: 'boolean' } },
  async run({ config, options, print }) {
    const email = textOption(options, 'email');
    const username = textOption(options, 'username');
    if (!email || !username) throw new UsageError('--email and --username are needed');
    const isGiven = options['password-stdin'] === true;
    const password = isGiven ? await readStandardInput() : `Aa1-${randomBytes(15).toString('base64url')}`;
    const app = await NestFactory.createApplicationContext(CliModule.forRoot(config), {
      logger: false,
      abortOnError: false,
    });
    try {
      const account = { email, username, role: 'SUPER_ADMIN' as const, password, emailVerified: true };
      const user = await app.get(UserCreationService, { strict: false }).create(account, { action: 'user.created' });
      print(`Made ${user.username} (${user.email}), SUPER_ADMIN`);
      if (!isGiven) print(`Password: ${password}`);
      return 0;
    } finally {
      await app.close();
    }
  },
};

/** The first line of standard input: arguments would show the password in the list of processes. */
async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw new UsageError('No password on standard input');
  return line;
}
