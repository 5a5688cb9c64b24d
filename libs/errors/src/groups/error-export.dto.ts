import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { EXPORT_FORMATS, type ExportFormat } from './occurrence-export.service.js';
import { ErrorGroupQueryDto } from './error-group.dto.js';

const FILTERS = ['severity', 'category', 'service', 'release', 'environment', 'since'] as const;

/** Form and choice of an export; `since` is when an occurrence was accepted. */
export class ErrorExportQueryDto extends PickType(ErrorGroupQueryDto, FILTERS) {
  @ApiPropertyOptional({ enum: EXPORT_FORMATS, default: 'json' })
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'json';
}
