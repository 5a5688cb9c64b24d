import { Database } from '#platform/database';
import { ErrorReporter } from '#platform/kernel';
import { eventually } from '../../e2e/errors/eventually.js';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

interface Project {
  id: number;
  keys: string[];
}

let app: TestApp;

afterEach(() => app.close());

const report = async (fields: Record<string, unknown>): Promise<Answer<{ ids: string[]; code: string }>> =>
  app.call('POST', '/errors', {
    token: await app.tokenFor('API_USER'),
    body: { message: 'x', service: 'pressed', severity: 'high', ...fields },
  });
const sendEvent = ({ id, keys }: Project, event: Record<string, unknown>): Promise<Answer> =>
  app.call('POST', `/api/${id}/envelope/?sentry_key=${keys[0]}`, {
    body: `{}\n{"type":"event"}\n${JSON.stringify(event)}`,
  });
const ledgerHealth = async (): Promise<Record<string, unknown> | undefined> =>
  (await app.call<{ checks: Record<string, Record<string, unknown>> }>('GET', '/health')).body.checks['errorLedger'];

/** Reports failures of 200 KB, each of another kind, until the ledger is at a stage; their ids. */
async function fillUntil(stage: string, from: number): Promise<string[]> {
  const ids: string[] = [];
  for (let failure = from; (await ledgerHealth())?.['stage'] !== stage; failure++) {
    if (failure > from + 300) throw new Error(`never reached ${stage}`);
    const { status, body } = await report({ errorType: `Big${failure}`, context: { text: 'x '.repeat(100_000) } });
    expect(status).toBe(202);
    ids.push(...body.ids);
  }
  return ids;
}

/** Types of the two events that are accepted at the door of SDKs, and of the report of the dying process. */
const OTHERS = new Set(['Message', 'EvalError']);

describe('the ledger when its share of the disk fills up', () => {
  it('gives up detail first, then what is mild, then everything; and stores once what it accepted', async () => {
    app = await startTestApp({ ERRORS_MAX_BACKLOG_MB: '16' });
    const database = app.get(Database);
    // On a slow machine the service has failures of its own here, such as of a job whose table is away; they are recorded as well.
    const ownReports = jest.spyOn(app.get(ErrorReporter), 'report');
    const admin = await app.tokenFor('ADMIN');
    const { body: project } = await app.call<Project>('POST', '/errors/projects', {
      token: admin,
      body: { name: 'sdk' },
    });
    await database.query('ALTER TABLE error_occurrence RENAME TO error_occurrence_away');
    const accepted: string[] = [];
    let refused = 0;
    const keep = ({ status, body }: Answer<{ ids: string[] }>): void => {
      expect(status).toBe(202);
      accepted.push(...body.ids);
    };

    expect((await sendEvent(project, { message: 'calm' })).headers.get('x-sentry-rate-limits')).toBeNull();
    accepted.push(...(await fillUntil('sampling', 1_000)));
    for (let repeat = 0; repeat < 20; repeat++) {
      keep(
        await report({
          errorType: 'RepeatError',
          context: { repeat },
          stackTrace: 'RepeatError\n    at pay (/srv/a.js:1:1)',
        }),
      );
    }
    const sampled = await sendEvent(project, { message: 'hold the rest back' });
    expect(sampled.status).toBe(200);
    expect(sampled.headers.get('x-sentry-rate-limits')).toMatch(
      /^60:transaction;.*session;.*:project:errors\.sampling$/,
    );
    expect(await ledgerHealth()).toMatchObject({ status: 'degraded', stage: 'sampling' });

    accepted.push(...(await fillUntil('shedding', 2_000)));
    const mild = await report({ errorType: 'MildError', severity: 'low' });
    expect([mild.status, mild.body.code, mild.headers.get('retry-after')]).toEqual([429, 'ERRORS.SHEDDING', '30']);
    const mildEvent = await sendEvent(project, { message: 'mild', level: 'info' });
    expect(mildEvent.status).toBe(429);
    // Whoever is refused an event for its severity must not fall silent for the grave ones.
    expect(mildEvent.headers.get('x-sentry-rate-limits')).not.toMatch(/error;|:default|:error:/);
    refused += 2;
    keep(await report({ errorType: 'GraveError', severity: 'critical' }));

    accepted.push(...(await fillUntil('refusing', 3_000)));
    const full = await report({ errorType: 'GraveError', severity: 'critical' });
    expect([full.status, full.body.code]).toEqual([429, 'ERRORS.BACKLOG_FULL']);
    expect((await sendEvent(project, { message: 'x' })).headers.get('x-sentry-rate-limits')).toMatch(
      /^10:error;default:/,
    );
    refused += 2;
    app.get(ErrorReporter).reportFatal({ error: new EvalError('last words') });
    const metrics = await app.call('GET', '/metrics');
    expect(metrics.text).toContain('devskyy_error_ledger_stage{stage="refusing"} 1');
    const refusedSoFar = Number(/devskyy_error_ledger_reports\{state="refused"\} (\d+)/.exec(metrics.text)?.[1]);
    expect(refusedSoFar).toBeGreaterThanOrEqual(refused);
    expect(refusedSoFar).toBeLessThanOrEqual(refused + ownReports.mock.calls.length);
    expect(metrics.text).toMatch(/devskyy_error_ledger_disk_free_bytes [1-9]/);

    await database.query('ALTER TABLE error_occurrence_away RENAME TO error_occurrence');
    const total = accepted.length + 3;
    await eventually(async () => ((await ledgerHealth())?.['stage'] === 'normal' ? true : undefined), 45_000);
    const rows = await eventually(async () => {
      const found = await database.query<{ id: string; error_type: string; detail: { context: object } }>(
        'SELECT id, error_type, detail FROM error_occurrence ORDER BY sequence',
      );
      const expected = found.filter(({ id, error_type: type }) => accepted.includes(id) || OTHERS.has(type));
      return expected.length === total ? expected : undefined;
    }, 15_000);
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(accepted));
    const contexts = rows.filter(({ error_type: type }) => type === 'RepeatError').map(({ detail }) => detail.context);
    expect(contexts.filter((context) => 'repeat' in context)).toEqual([{ repeat: 0 }, { repeat: 10 }]);
    expect(contexts.filter((context) => 'ledger' in context)).toHaveLength(18);
    const groups = await app.call<{ items: object[] }>('GET', '/errors?text=RepeatError', { token: admin });
    expect(groups.body.items).toMatchObject([{ count: 20, why: { basis: 'stack' } }]);
    const conservation = await eventually(async () => {
      const { body } = await app.call<{ conservation: Record<string, number> }>('GET', '/errors/statistics', {
        token: admin,
      });
      return body.conservation['backlog'] === 0 ? body.conservation : undefined;
    });
    const { length: stored } = await database.query('SELECT 1 FROM error_occurrence');
    const received = total + refused + ownReports.mock.calls.length;
    const settled = { stored, refused: received - stored, received };
    expect(conservation).toEqual({ ...settled, duplicate: 0, quarantined: 0, backlog: 0 });
  }, 120_000);

  it('refuses on a disk with less free space than configured', async () => {
    app = await startTestApp({ ERRORS_MIN_FREE_DISK_MB: '16777216' });
    expect((await report({ errorType: 'FullDisk' })).body.code).toBe('ERRORS.BACKLOG_FULL');
    expect(await ledgerHealth()).toMatchObject({ status: 'degraded', stage: 'refusing', backlog: 0 });
  });
});
