// The reference: NestJS on Fastify with one route and nothing else.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

class BareController {
  answer() {
    return { status: 'ok', items: [1, 2, 3] };
  }
}
Controller()(BareController);
Get('bare')(BareController.prototype, 'answer', Object.getOwnPropertyDescriptor(BareController.prototype, 'answer'));

class BareModule {}
Module({ controllers: [BareController] })(BareModule);

const app = await NestFactory.create(BareModule, new FastifyAdapter({ logger: false }), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(`Ready at http://127.0.0.1:${app.getHttpServer().address().port}`);
