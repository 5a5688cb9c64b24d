import { appendFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { ServerConfig } from '#config';
import { scrub } from '#platform/observability';
import { errorsFolder } from './write-ahead-directory.js';

/** Beyond it the ledger's own failures are no longer written: a broken ledger must not fill the disk. */
const MAX_BYTES = 10 * 1024 * 1024;

/** Failures of the ledger itself. They must not go through the ledger, so they have a file of their own. */
@Injectable()
export class SelfLogService {
  private readonly file: string;

  constructor(server: ServerConfig) {
    this.file = path.join(errorsFolder(server), 'ledger-self.jsonl');
  }

  /** Never throws: there is nobody left to tell. */
  write(what: string, error: unknown): void {
    try {
      const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > MAX_BYTES) return;
      appendFileSync(this.file, `${JSON.stringify({ at: new Date().toISOString(), what, error: scrub(error) })}\n`);
    } catch {
      // The disk is gone; the ordinary log is told by the caller.
    }
  }
}
