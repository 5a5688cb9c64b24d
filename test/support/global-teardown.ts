import { rm } from 'node:fs/promises';

/** Stops the server of the run and removes its folder. */
export default async function globalTeardown(): Promise<void> {
  const state = globalThis as typeof globalThis & { stopTestDatabase?: () => Promise<void> };
  await state.stopTestDatabase?.();
  const dir = process.env['TEST_DATABASE_DIR'];
  if (dir) await rm(dir, { recursive: true, force: true });
}
