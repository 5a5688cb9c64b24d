import { Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { MailEntity } from './mail.entity.js';
import { MailOutboxRepository } from './mail-outbox.repository.js';
import { MailTransport } from './mail-transport.js';
import { Mailer } from './mailer.js';

/** Mail through an outbox: written with what it is about, delivered afterwards. */
@Module({
  imports: [DatabaseModule.forEntities([MailEntity])],
  providers: [Mailer, MailOutboxRepository, MailTransport],
  exports: [Mailer],
})
export class MailModule {}
