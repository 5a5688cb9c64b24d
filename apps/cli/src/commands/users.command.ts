import { type FileHandle, open } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { UserImportService } from '#auth';
import { CliModule } from '../cli.module.js';
import { type Command, UsageError } from '../command.js';

/** `devskyy users import`: takes over the accounts of another system, with their password hashes. */
export const usersCommand: Command = {
  name: 'users',
  usage: 'users import FILE',
  summary:
    'Take over accounts from JSON Lines: {email, username, fullName?, role?, isActive?, passwordHash?, createdAt?} each, the hash ' +
    'bcrypt, Argon2, PBKDF2 or scrypt. Accounts that are there are left alone, so a file can be given again. Status 1 when a line was not taken.',
  options: {},
  takesOperands: true,
  async run({ config, operands, print }) {
    const [what, file, ...more] = operands;
    if (what !== 'import' || file === undefined || more.length > 0)
      throw new UsageError('Say: devskyy users import FILE');
    const handle = await openFile(file);
    const app = await NestFactory.createApplicationContext(CliModule.forRoot(config), {
      logger: false,
      abortOnError: false,
    });
    const counts = { created: 0, present: 0, taken: 0, refused: 0 };
    try {
      // Read only from here on: lines that come before anybody asks for them would be lost.
      const lines = handle.readLines();
      for await (const { line, verdict, faults } of app.get(UserImportService, { strict: false }).import(lines)) {
        counts[verdict] += 1;
        if (verdict === 'taken') print(`line ${line}: another account has this e-mail address or user name`);
        if (verdict === 'refused') print(`line ${line}: ${faults.join('; ')}`);
      }
    } finally {
      await handle.close();
      await app.close();
    }
    const { created, present, taken, refused } = counts;
    print(`${created} created, ${present} present before, ${taken} taken by others, ${refused} refused`);
    return taken + refused === 0 ? 0 : 1;
  },
};

async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}
