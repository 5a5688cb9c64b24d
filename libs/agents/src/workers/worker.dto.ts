import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { IsOneLine } from '#platform/http';

/** A worker to register. */
export class RegisterWorkerDto {
  /** @example invoices-1 */
  @IsString()
  @MinLength(1)
  @IsOneLine()
  @MaxLength(100)
  name!: string;

  /**
   * Slugs of the agents it works for; all that its key may lease when left out.
   * @example ["financial"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(50, { each: true })
  agents?: string[];

  /**
   * Tasks it can run at the same time.
   * @example 1
   */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1000)
  slots?: number;

  /**
   * What it runs on, for people who look.
   * @example python 3.12
   */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  runtime?: string;
}

/** A registered worker. */
export class WorkerDto {
  /** @example 01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00 */
  workerId!: string;
  /**
   * Send a heartbeat about this often while holding leases.
   * @example 10000
   */
  heartbeatMs!: number;
}
