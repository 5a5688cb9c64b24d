import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IsDay } from '../books/day.validator.js';
import { EXPORT_FORMATS, type ExportFormat } from './ledger-format.js';

/** Which form an export has. */
export class ExportQueryDto {
  @ApiProperty({ enum: EXPORT_FORMATS, example: 'hledger' })
  @IsIn(EXPORT_FORMATS)
  format!: ExportFormat;

  @IsDay({ description: 'First effective day; the beginning of the ledger when left out.' })
  from?: string;

  @IsDay({ description: 'Last effective day; today when left out, if there is a first.' })
  to?: string;
}
