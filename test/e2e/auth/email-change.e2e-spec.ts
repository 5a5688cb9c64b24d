import { Database } from '#platform/database';
import { ScheduledJobs } from '#platform/jobs';
import { type Mail, Mailer } from '#platform/mail';
import { newPerson } from '../../support/people.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

interface Me {
  id: string;
  email: string;
  emailVerified: boolean;
  pendingEmail: string | null;
  code?: string;
}
type Owner = Me & { token: string };

describe('a change of address', () => {
  let app: TestApp;
  let number = 0;
  let cleanUp: () => Promise<void>;
  const mails: Mail[] = [];
  beforeAll(async () => {
    const registered = jest.spyOn(ScheduledJobs.prototype, 'register');
    app = await startTestApp();
    const job = registered.mock.calls.map(([each]) => each).find(({ name }) => name === 'auth.delete-ended');
    cleanUp = async () => job?.run(new AbortController().signal);
    const mailer = app.get(Mailer);
    const enqueue = mailer.enqueue.bind(mailer);
    jest.spyOn(mailer, 'enqueue').mockImplementation((tx, mail) => {
      mails.push(mail);
      return enqueue(tx, mail);
    });
  });
  afterAll(() => app.close());

  const database = (): Database => app.get(Database);
  const me = async (token: string): Promise<Me> => (await app.call<Me>('GET', '/api/v1/auth/me', { token })).body;
  const owner = async (isVerified = true): Promise<Owner> => {
    const { id, token } = await newPerson(app, 'DEVELOPER');
    if (isVerified) await database().execute('UPDATE user_account SET email_verified_at = now() WHERE id = $1', [id]);
    return { ...(await me(token)), token };
  };
  const fresh = (): string => `fresh${++number}@example.com`;
  const ask = ({ token }: { token: string }, email: string) =>
    app.call<Me>('PATCH', '/api/v1/auth/me', { token, body: { email } });
  const answer = async (token: string, more: object = {}) =>
    app.call<{ code?: string }>('POST', '/api/v1/auth/email/verify', { body: { token, ...more } });
  const linkTo = (address: string): string => {
    const mail = mails.findLast(({ to }) => to === address);
    return /Token: ([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
  };
  const logIn = async (identifier: string): Promise<number> => {
    const body = { identifier, password: TEST_PASSWORD };
    return (await app.call('POST', '/api/v1/auth/login', { body })).status;
  };

  it.each([
    ['the new one first', ['new', 'old']],
    ['the old one first', ['old', 'new']],
  ])('waits until both addresses agreed: %s', async (_, order) => {
    const who = await owner();
    const email = fresh();
    const asked = await ask(who, ` ${email} `);
    expect(asked).toMatchObject({ status: 200, body: { email: who.email, pendingEmail: email, emailVerified: true } });
    const links = order.map((each) => linkTo(each === 'new' ? email : who.email));
    expect((await answer(links[0] ?? '')).status).toBe(204);
    expect(await me(who.token)).toMatchObject({ email: who.email, pendingEmail: email });
    expect([await logIn(who.email), await logIn(email)]).toEqual([200, 401]);
    expect((await answer(links[0] ?? '')).status).toBe(422);
    expect((await answer(links[1] ?? '')).status).toBe(204);
    expect(await me(who.token)).toMatchObject({ email, pendingEmail: null, emailVerified: true });
    expect([await logIn(who.email), await logIn(email)]).toEqual([401, 200]);
    const admin = await app.tokenFor('ADMIN');
    const trail = await app.call<{ items: { action: string }[] }>('GET', `/api/v1/audit-events?subjectId=${who.id}`, {
      token: admin,
    });
    const actions = trail.body.items.map(({ action }) => action).filter((action) => action.includes('email'));
    expect(actions).toEqual(['user.email_changed', 'user.email_change_confirmed', 'user.email_change_requested']);
    expect(trail.text).not.toContain(email);
  });

  it('asks nobody at an address that was never confirmed', async () => {
    const who = await owner(false);
    const email = fresh();
    const before = mails.filter(({ to }) => to === who.email).length;
    await ask(who, email);
    expect(mails.filter(({ to }) => to === who.email)).toHaveLength(before);
    expect((await answer(linkTo(email))).status).toBe(204);
    expect(await me(who.token)).toMatchObject({ email, emailVerified: true, pendingEmail: null });
  });

  it('is over once either refuses, and when it is taken back', async () => {
    const who = await owner();
    for (const at of ['old', 'new']) {
      const email = fresh();
      await ask(who, email);
      const [mine, others] = at === 'old' ? [who.email, email] : [email, who.email];
      const [link, other] = [linkTo(mine), linkTo(others)];
      expect((await answer(link, { refuse: true })).status).toBe(204);
      expect(await me(who.token)).toMatchObject({ email: who.email, pendingEmail: null });
      expect((await answer(other)).status).toBe(422);
    }
    const email = fresh();
    await ask(who, email);
    expect((await ask(who, who.email)).body).toMatchObject({ email: who.email, pendingEmail: null });
    expect((await answer(linkTo(email))).status).toBe(422);
  });

  it('is over with a new password, and with its time', async () => {
    const who = await owner();
    const email = fresh();
    await ask(who, email);
    const body = { currentPassword: TEST_PASSWORD, newPassword: 'eleven green kites over water' };
    const { body: session } = await app.call<{ accessToken: string }>('POST', '/api/v1/auth/password/change', {
      token: who.token,
      body,
    });
    expect((await me(session.accessToken)).pendingEmail).toBeNull();
    for (const link of [linkTo(email), linkTo(who.email)]) expect((await answer(link)).status).toBe(422);

    const later = fresh();
    await ask({ token: session.accessToken }, later);
    await database().execute(`UPDATE user_account SET pending_email_expires_at = now() WHERE id = $1`, [who.id]);
    expect((await answer(linkTo(later))).status).toBe(422);
    await cleanUp();
    expect((await me(session.accessToken)).pendingEmail).toBeNull();
  });

  it('takes a session that was proven lately, and a name alone takes none', async () => {
    const who = await owner();
    const proven = `UPDATE auth_session SET proven_at = now() - interval '11 minutes' WHERE user_id = $1`;
    await database().execute(proven, [who.id]);
    const email = fresh();
    expect((await ask(who, email)).body).toMatchObject({ code: 'AUTH.REAUTHENTICATION_REQUIRED' });
    expect(mails.some(({ to }) => to === email)).toBe(false);
    const renamed = await app.call('PATCH', '/api/v1/auth/me', { token: who.token, body: { fullName: 'Just A Name' } });
    expect(renamed.status).toBe(200);
    await app.call('POST', '/api/v1/auth/reauthenticate', { token: who.token, body: { password: TEST_PASSWORD } });
    expect((await ask(who, email)).status).toBe(200);
  });

  it('is not to an address of somebody else, however it is written, and may be to one’s own written otherwise', async () => {
    const [who, other] = [await owner(), await owner()];
    expect((await ask(who, other.email.toUpperCase())).body).toMatchObject({
      status: 409,
      code: 'AUTH.IDENTITY_TAKEN',
    });
    expect((await ask(who, 'nowhere')).status).toBe(422);
    expect((await ask(who, who.email.toUpperCase())).body).toMatchObject({ pendingEmail: who.email.toUpperCase() });
  });

  it('gives the address to one of those who ask for it at once, or who register meanwhile', async () => {
    const people = await Promise.all(Array.from({ length: 3 }, () => owner(false)));
    const email = fresh();
    for (const who of people) expect((await ask(who, email)).status).toBe(200);
    const links = mails.filter(({ to }) => to === email).map(({ text }) => /Token: ([\w-]{43})/.exec(text)?.[1] ?? '');
    const registration = { email: email.toUpperCase(), username: 'meanwhile', password: TEST_PASSWORD };
    const answers = await Promise.all([
      ...links.map((link) => answer(link)),
      app.call('POST', '/api/v1/auth/register', { body: registration }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 409)).toHaveLength(1);
    const holders = await database().query('SELECT 1 FROM user_account WHERE email_key = $1', [email]);
    expect(holders).toHaveLength(1);
  });

  it('is the last one asked for, of several at once', async () => {
    const who = await owner();
    const emails = [fresh(), fresh(), fresh()];
    await Promise.all(emails.map((email) => ask(who, email)));
    const { pendingEmail } = await me(who.token);
    expect(emails).toContain(pendingEmail);
    const statuses = await Promise.all(emails.map(async (email) => (await answer(linkTo(email))).status));
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses[emails.indexOf(pendingEmail ?? '')]).toBe(204);
  });

  it('is made once of answers that come at once', async () => {
    const who = await owner();
    const email = fresh();
    await ask(who, email);
    const links = [linkTo(email), linkTo(who.email)];
    const answers = await Promise.all([...links, ...links].map((link) => answer(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 422, 422]);
    expect(await me(who.token)).toMatchObject({ email, pendingEmail: null });
  });

  it('fills no mailbox, whoever asks', async () => {
    const victim = fresh();
    const people = await Promise.all(Array.from({ length: 6 }, () => owner(false)));
    const answers = await Promise.all(people.map((who) => ask(who, victim)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429]);
    expect(answers.find(({ status }) => status === 429)).toMatchObject({ body: { code: 'AUTH.MAILBOX_FULL' } });
    const sent = 'SELECT 1 FROM one_time_token WHERE mailbox = $1';
    expect(await database().query(sent, [victim])).toHaveLength(3);
    const refused = people[answers.findIndex(({ status }) => status === 429)];
    expect(await me(refused?.token ?? '')).toMatchObject({ pendingEmail: null });
  });

  it('quotes nothing that somebody wrote', async () => {
    const who = await owner();
    const email = `call.555-0100.now${++number}@example.com`;
    await ask(who, email);
    const toOld = mails.findLast(({ to }) => to === who.email);
    expect(toOld?.subject).toBe('Confirm that your address for DevSkyy changes');
    expect(toOld?.text).not.toContain('555');
  });
});
