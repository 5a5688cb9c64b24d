import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ErrorReporter } from '#platform/kernel';
import { type OddRequest, oddRequests } from '../../../bench/odd-requests.mjs';
import { newPerson } from '../../support/people.js';
import { someOfEverything } from '../../support/some-of-everything.js';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

const DOCUMENT = JSON.parse(
  readFileSync(path.resolve(__dirname, '../../../docs/generated/openapi.json'), 'utf8'),
) as object;

/** Streams do not end by themselves. */
const LEFT_OUT = new Set(['streamTaskEvents', 'streamDashboard']);

/** These end the session that asks: each has one of its own. */
const ENDS_THE_SESSION = new Set(['logOut']);

/** Without a signature these may be an attack, which is recorded. */
const UNSIGNED = '/api/v1/tasks/:id/callback: CallbackSignatureException';

/** Requests at the same time. */
const AT_ONCE = 16;

interface Outcome extends OddRequest {
  readonly answer: Answer;
}

describe('a value that nobody sends on purpose', () => {
  let app: TestApp;
  let outcomes: Outcome[];
  const reported: string[] = [];

  beforeAll(async () => {
    app = await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false', RATE_LIMIT_MAX: '1000000' });
    const reporter = app.get(ErrorReporter);
    jest.spyOn(reporter, 'report').mockImplementation(({ error, endpoint }) => {
      reported.push(`${endpoint}: ${String(error)}`);
      return Promise.resolve(undefined);
    });
    const person = await newPerson(app, 'SUPER_ADMIN');
    const ids = await someOfEverything(app, person);
    const requests = [...oddRequests(DOCUMENT, ids)].filter(({ operationId }) => !LEFT_OUT.has(operationId));
    outcomes = await inParallel(requests, async (request) => {
      const { token } = ENDS_THE_SESSION.has(request.operationId) ? await newPerson(app, 'READ_ONLY') : person;
      const { method, path: route, body } = request;
      return { ...request, answer: await app.call(method, route, { token, ...(body !== undefined && { body }) }) };
    });
  }, 300_000);
  afterAll(() => app.close());

  const asked = ({ operationId, where, what }: OddRequest): string => `${operationId} ${where}: ${what}`;

  it('is tried in every field, parameter and path', () => {
    expect(outcomes.length).toBeGreaterThan(5_000);
    expect(new Set(outcomes.map(({ operationId }) => operationId)).size).toBeGreaterThan(80);
  });

  it('is never the fault of the service', () => {
    const failed = outcomes.filter(({ answer }) => answer.status >= 500);
    expect(failed.map((outcome) => `${asked(outcome)} ${outcome.answer.status} ${outcome.answer.text}`)).toEqual([]);
    expect(reported.filter((line) => !line.startsWith(UNSIGNED))).toEqual([]);
  });

  it('is refused by one kind of document', () => {
    const others = outcomes.filter(({ operationId, answer: { status, headers, body } }) => {
      if (status < 400 || ['callMcp', 'requestToken', 'revokeToken', 'introspectToken'].includes(operationId))
        return false;
      const isProblem = headers.get('content-type') === 'application/problem+json; charset=utf-8';
      const { code, correlationId, status: said } = body;
      return !isProblem || typeof code !== 'string' || correlationId !== headers.get('x-request-id') || said !== status;
    });
    expect(others.map((outcome) => `${asked(outcome)} ${outcome.answer.status} ${outcome.answer.text}`)).toEqual([]);
  });

  it('of null is as if the field were absent, where it does not empty it', () => {
    const faults = new Map(
      outcomes
        .filter(({ what }) => what === 'absent')
        .map((outcome) => [`${outcome.operationId} ${outcome.where}`, faultsOf(outcome)]),
    );
    const different = outcomes.filter((outcome) => {
      if (outcome.what !== 'null' || !outcome.body || /\.\d+$/.test(outcome.where)) return false;
      const absent = faults.get(`${outcome.operationId} ${outcome.where}`);
      return absent !== undefined && absent !== faultsOf(outcome);
    });
    expect(different.map((outcome) => `${asked(outcome)} ${outcome.answer.text}`)).toEqual([]);
  });
});

/** The faults that a 422 names; none for any other answer. */
function faultsOf({ answer: { status, body } }: Outcome): string {
  if (status !== 422 || body['code'] !== 'VALIDATION.FAILED') return '';
  const errors = (body['errors'] ?? []) as { path: string; code: string }[];
  return errors
    .map(({ path: where, code }) => `${where} ${code}`)
    .sort()
    .join(', ');
}

async function inParallel<A, B>(items: readonly A[], act: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let at = next++; at < items.length; at = next++) results[at] = await act(items[at] as A);
    }),
  );
  return results;
}
