import { SMTPServer } from 'smtp-server';
import { Database } from '#platform/database';
import { Mailer } from '#platform/mail';
import { eventually } from '../../e2e/errors/eventually.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Row extends Record<string, unknown> {
  attempts: number;
  message: string | null;
  is_sent: boolean;
  is_given_up: boolean;
  waits_seconds: number;
  last_error: string | null;
}

describe('mails', () => {
  let app: TestApp;
  let smtp: SMTPServer;
  const received: string[] = [];
  /** Answers to the next mails; taken when there is none. */
  const refusals: string[] = [];

  beforeAll(async () => {
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          const refusal = refusals.shift();
          if (refusal === undefined) received.push(text);
          done(refusal === undefined ? null : Object.assign(new Error(refusal), { responseCode: 451 }));
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
    app = await startTestApp({ MAIL_URL: `smtp://127.0.0.1:${(smtp.server.address() as { port: number }).port}` });
  });
  afterAll(async () => {
    await app.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
  });
  beforeEach(async () => {
    received.length = 0;
    await app.get(Database).execute('DELETE FROM mail_outbox');
  });

  const write = async (subject: string, expiresInMs: number): Promise<void> => {
    const mail = { to: 'a@example.com', subject, text: 'hello', expiresAt: new Date(Date.now() + expiresInMs) };
    await app.get(Database).transaction((tx) => app.get(Mailer).enqueue(tx, mail));
    app.get(Mailer).deliverSoon();
  };
  const rowOnce = (isSo: (row: Row) => boolean): Promise<Row> =>
    eventually(async () => {
      const [row] = await app.get(Database).query<Row>(
        `SELECT attempts, message, sent_at IS NOT NULL AS is_sent, failed_at IS NOT NULL AS is_given_up, last_error,
                extract(epoch FROM next_attempt_at - now())::float8 AS waits_seconds FROM mail_outbox`,
      );
      return row && isSo(row) ? row : undefined;
    });

  it('are tried again after a failure, and erased once they are sent', async () => {
    refusals.push('come later');
    await write('again', 3_600_000);
    const failed = await rowOnce(({ last_error: error }) => error !== null);
    expect(failed).toMatchObject({ attempts: 1, is_sent: false, is_given_up: false });
    expect(failed.message).toMatch(/^v1\./);
    expect(failed.last_error).toContain('come later');
    expect(failed.waits_seconds).toBeGreaterThan(10);
    expect(failed.waits_seconds).toBeLessThanOrEqual(15);
    await app.get(Database).execute('UPDATE mail_outbox SET next_attempt_at = now()');
    app.get(Mailer).deliverSoon();
    const sent = await rowOnce((row) => row.is_sent);
    expect(sent).toMatchObject({ attempts: 2, message: null, is_given_up: false, last_error: null });
    expect(received).toHaveLength(1);
  });

  it('are given up and erased unsent once they are of no use', async () => {
    await write('too late', -1_000);
    expect(await rowOnce((row) => row.is_given_up)).toMatchObject({ message: null, is_sent: false });
    expect(received).toEqual([]);
    const { text } = await app.call('GET', '/metrics');
    expect(text).toContain('devskyy_mails_total{outcome="given_up"} 1');
  });

  it('go out together, each once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, number) => write(`number ${number}`, 3_600_000)));
    await eventually(() => Promise.resolve(received.length >= 10 ? true : undefined));
    const subjects = received.map((mail) => /Subject: (.*)\r/.exec(mail)?.[1]);
    expect(subjects.toSorted()).toEqual(Array.from({ length: 10 }, (_, number) => `number ${number}`));
  });
});
