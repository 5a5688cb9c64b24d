import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '#platform/security';

/** The generated list of codes, in the package's own folder. */
const REFERENCE = findAbove(import.meta.dirname, path.join('docs', 'generated', 'errors.md'));

/** Where the `type` of every problem document leads: what each code means. */
@ApiTags('health')
@Public()
@Controller('docs/problems')
export class ProblemReferenceController {
  @Get()
  @Header('Content-Type', 'text/markdown; charset=utf-8')
  @ApiOperation({ operationId: 'getProblemReference', summary: 'What every error code means' })
  @ApiProduces('text/markdown')
  @ApiResponse({ status: 200, schema: { type: 'string' } })
  async getProblemReference(): Promise<string> {
    return REFERENCE === undefined ? '# Error codes\n\nNot part of this installation.\n' : readFile(REFERENCE, 'utf8');
  }
}

function findAbove(dir: string, file: string): string | undefined {
  const candidate = path.join(dir, file);
  if (existsSync(candidate)) return candidate;
  return dir === path.dirname(dir) ? undefined : findAbove(path.dirname(dir), file);
}
