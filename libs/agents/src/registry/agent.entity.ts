import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { ExecutorRole } from '../tasks/task-access.js';

/** A row of the registry. */
@Entity('agent')
export class AgentEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  category!: string;

  @Column('text')
  kind!: AgentKind;

  @Column('text', { array: true })
  capabilities!: string[];

  @Column('text', { array: true })
  dependencies!: string[];

  @Column('smallint')
  priority!: number;

  @Column('text')
  minimumRole!: ExecutorRole;

  @Column('integer')
  concurrency!: number;

  @Column('integer', { nullable: true })
  rateLimit!: number | null;

  @Column('integer', { nullable: true })
  rateWindowSeconds!: number | null;

  @Column('integer')
  timeoutSeconds!: number;

  @Column('integer')
  maxAttempts!: number;

  @Column('integer')
  initialDelayMs!: number;

  @Column('integer')
  maxDelayMs!: number;

  @Column('bigint', { nullable: true })
  maxCostMicros!: string | null;

  @Column('bigint', { nullable: true })
  dailyCostMicros!: string | null;

  @Column('bigint', { nullable: true })
  maxTokens!: string | null;

  @Column('jsonb')
  config!: object;

  @Column('text', { nullable: true })
  encryptedSecret!: string | null;

  @Column('text')
  version!: string;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;

  @Column('timestamptz', { nullable: true })
  deletedAt!: Date | null;
}
