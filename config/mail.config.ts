import { address, section, text } from './setting.js';

/** How mails leave the house. */
export class MailConfig extends section('mail', {
  url: address<string | undefined>({
    env: 'MAIL_URL',
    default: undefined,
    schemes: ['smtp', 'smtps'],
    secret: true,
    description: 'SMTP server, smtp://user:password@host:587. Unset: mails are shown in the log instead.',
  }),
  from: text<string>({
    env: 'MAIL_FROM',
    default: 'DevSkyy <no-reply@devskyy.local>',
    description: 'Sender of mails.',
  }),
  passwordPageUrl: address<string | undefined>({
    env: 'PASSWORD_PAGE_URL',
    default: undefined,
    schemes: ['http', 'https'],
    description:
      'Page where people choose a new password; mails link to it with the token as fragment. Unset: mails hold the token.',
  }),
  verificationPageUrl: address<string | undefined>({
    env: 'EMAIL_VERIFICATION_PAGE_URL',
    default: undefined,
    schemes: ['http', 'https'],
    description:
      'Page where people confirm an e-mail address; mails link to it with the token as fragment. Unset: mails hold the token.',
  }),
}) {}
