import { Injectable, type OnModuleInit, SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { JsonObject } from '../../tasks/task.js';

/** What a handler is given. */
export interface InternalTask {
  readonly id: string;
  readonly attempt: number;
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
}

/**
 * An agent that is code of this service. Its result must be JSON. It should stop soon after the signal is aborted (the task was
 * cancelled, took too long, or the process shuts down), and throw `AttemptFailedException` for failures it can name.
 */
export interface InternalAgentHandler {
  run(task: InternalTask, signal: AbortSignal): Promise<unknown>;
}

const HANDLER_NAME = 'devskyy:internal-agent';

/** Makes a provider the handler of agents of kind `internal` whose configuration names it. */
export const InternalAgent = (name: string): ClassDecorator => SetMetadata(HANDLER_NAME, name);

/** The handlers of this process, by name. */
@Injectable()
export class InternalAgentService implements OnModuleInit {
  private readonly handlers = new Map<string, InternalAgentHandler>();

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    for (const { metatype, instance } of this.discovery.getProviders()) {
      if (!metatype || !instance) continue;
      const name = Reflect.getMetadata(HANDLER_NAME, metatype) as string | undefined;
      if (name !== undefined) this.register(name, instance as InternalAgentHandler);
    }
  }

  get names(): string[] {
    return [...this.handlers.keys()];
  }

  find(name: string): InternalAgentHandler | undefined {
    return this.handlers.get(name);
  }

  /** @throws Error when the name is taken */
  register(name: string, handler: InternalAgentHandler): void {
    const known = this.handlers.get(name);
    if (known && known !== handler) throw new Error(`Two handlers are called ${name}`);
    this.handlers.set(name, handler);
  }
}
