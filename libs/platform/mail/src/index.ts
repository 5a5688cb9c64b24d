export { MailModule } from './mail.module.js';
export { type Mail, type MailDelivery, Mailer } from './mailer.js';
