import { type DynamicModule, Module } from '@nestjs/common';
import type { AppConfig } from './app-config.js';
import { SECTIONS } from './load-config.js';

/** Injection token of the whole configuration; prefer injecting one section by its class. */
export const APP_CONFIG = Symbol('APP_CONFIG');

/** Makes every section injectable by its class, everywhere. */
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    const providers = SECTIONS.map((token) => ({
      provide: token,
      useValue: config[token.section as keyof AppConfig],
    }));
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: APP_CONFIG, useValue: config }, ...providers],
      exports: [APP_CONFIG, ...SECTIONS],
    };
  }
}
