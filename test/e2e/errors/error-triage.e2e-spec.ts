import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { verifyArtifact } from '#errors';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

interface Artifact {
  errors: Record<string, unknown>[];
  statistics: { resolved_count: number };
}

interface Group {
  id: string;
  title: string;
  status: string;
  count: number;
  severity: string;
  firstSeen: string;
  lastSeen: string;
  assignee: string | null;
  notes: string | null;
}

let app: TestApp;
let developer: string;

beforeAll(async () => {
  app = await startTestApp();
  developer = await app.tokenFor('DEVELOPER');
});
afterAll(() => app.close());

const report = async (errors: unknown[]): Promise<string[]> => {
  const { body } = await app.call<{ ids: string[] }>('POST', '/errors', { token: developer, body: { errors } });
  return body.ids;
};
const groupOf = async (errorId: string): Promise<Group> => {
  const groupId = await eventually(async () => {
    const answer = await app.call<{ groupId: string }>('GET', `/errors/occurrences/${errorId}`, { token: developer });
    return answer.status === 200 ? answer.body.groupId : undefined;
  });
  return read(groupId);
};
const read = async (id: string): Promise<Group> =>
  (await app.call<Group>('GET', `/errors/${id}`, { token: developer })).body;
const bulk = (
  body: unknown,
  token = developer,
): Promise<{ status: number; body: { items: Group[]; details?: unknown } }> =>
  app.call('POST', '/errors/bulk', { token, body });

/** As many groups of `service` as there are severities. */
async function groupsOf(service: string, severities: string[]): Promise<Group[]> {
  const ids = await report(
    severities.map((severity, index) => ({
      errorType: `Kind${String.fromCharCode(65 + index)}Error`,
      message: 'x',
      service,
      severity,
      timestamp: `2026-11-2${index + 1}T10:00:00.000Z`,
    })),
  );
  return Promise.all(ids.map(groupOf));
}

describe('one decision for several groups', () => {
  it('resolves, reopens, ignores and assigns all or none', async () => {
    const groups = await groupsOf('bulk', ['high', 'low', 'info']);
    const ids = groups.map(({ id }) => id);
    const resolved = await bulk({ ids, action: 'resolve', notes: 'fixed', inRelease: '2.0.0' });
    expect(resolved.status).toBe(200);
    expect(resolved.body.items.map(({ status, notes }) => [status, notes])).toEqual(
      ids.map(() => ['resolved', 'fixed']),
    );
    await bulk({ ids, action: 'reopen' });
    const ignored = await bulk({ ids: ids.slice(1), action: 'ignore', ignoreCount: 5 });
    expect(ignored.body.items.every(({ status }) => status === 'ignored')).toBe(true);
    await bulk({ ids, action: 'assign', assignee: 'ada' });
    expect((await Promise.all(ids.map(read))).map(({ status, assignee }) => [status, assignee])).toEqual([
      ['open', 'ada'],
      ['ignored', 'ada'],
      ['ignored', 'ada'],
    ]);
    const unknown = '01980f5e-7c1a-7d3e-9a51-0242ac120002';
    const refused = await bulk({ ids: [...ids, unknown], action: 'resolve' });
    expect(refused).toMatchObject({ status: 404, body: { details: { missing: [unknown] } } });
    expect((await read(ids[0] ?? '')).status).toBe('open');
  });

  it('takes a date for the end of its day', async () => {
    const [group] = await groupsOf('dates', ['low']);
    const ends = { '2099-11-30': '2099-12-01T00:00:00.000Z', '9999-12-30': '9999-12-31T00:00:00.000Z' };
    for (const [ignoreUntil, end] of Object.entries(ends)) {
      const { body } = await app.call('PATCH', `/errors/${group?.id}`, {
        token: developer,
        body: { status: 'ignored', ignoreUntil },
      });
      expect(body).toMatchObject({ status: 'ignored', ignoreUntil: end });
    }
    const since = await app.call<{ items: Group[] }>('GET', `/errors?since=2026-11-01&text=dates`, {
      token: developer,
    });
    expect(since).toMatchObject({ status: 200 });
  });

  it.each([
    [{ ids: [], action: 'resolve' }],
    [{ ids: ['x'], action: 'resolve' }],
    [{ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'explode' }],
    [{ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'merge' }],
    [
      {
        ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002', '01980F5E-7C1A-7D3E-9A51-0242AC120002'],
        action: 'merge',
        into: '01980f5e-7c1a-7d3e-9a51-0242ac120002',
      },
    ],
    [{ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'assign' }],
    [{ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'resolve', into: 'x' }],
    [{ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'resolve', status: 'open' }],
  ])('refuses %j', async (body) => expect((await bulk(body)).status).toBe(422));

  it('is told in the artifact of the run, which stays whole', async () => {
    const ids = await report([
      { errorType: 'ToldError', message: 'x', service: 'told' },
      { errorType: 'ToldError', message: 'x', service: 'told' },
      { errorType: 'OtherError', message: 'x', service: 'told' },
    ]);
    const group = await groupOf(ids[0] ?? '');
    await groupOf(ids[2] ?? '');
    const told = async (resolved: boolean): Promise<Record<string, unknown>[]> =>
      eventually(async () => {
        const [file = ''] = await readdir(path.join(app.dir, 'artifacts'));
        const text = await readFile(path.join(app.dir, 'artifacts', file), 'utf8');
        expect(verifyArtifact(text).problems).toEqual([]);
        const { errors, statistics } = JSON.parse(text) as Artifact;
        const own = errors.filter(({ error_id: id }) => ids.includes(String(id)));
        const isTold = own.filter((entry) => entry['resolved'] === true).length === (resolved ? 2 : 0);
        const isCounted = errors.filter((entry) => entry['resolved'] === true).length === statistics.resolved_count;
        return own.length === 3 && isTold && isCounted ? own : undefined;
      });
    await told(false);
    await bulk({ ids: [group.id], action: 'resolve', notes: 'Retries added' });
    expect((await told(true)).map((entry) => [entry['error_type'], entry['resolution_notes']])).toEqual([
      ['ToldError', 'Retries added'],
      ['ToldError', 'Retries added'],
      ['OtherError', null],
    ]);
    await bulk({ ids: [group.id], action: 'reopen' });
    await told(false);
  });

  it('is for developers', async () => {
    const token = await app.tokenFor('API_USER');
    expect((await bulk({ ids: ['01980f5e-7c1a-7d3e-9a51-0242ac120002'], action: 'reopen' }, token)).status).toBe(403);
  });
});

describe('merging', () => {
  it('adds groups up, counts what comes later, and is taken back without a trace', async () => {
    const [a, b, c] = (await groupsOf('merging', ['low', 'critical', 'medium'])) as [Group, Group, Group];
    const first = await bulk({ ids: [b.id], action: 'merge', into: a.id });
    expect(first.body.items).toMatchObject([{ id: a.id, count: 2, severity: 'critical', title: a.title }]);
    // A group that already holds another one.
    const second = await bulk({ ids: [a.id], action: 'merge', into: c.id });
    expect(second.body.items).toMatchObject([{ id: c.id, count: 3, severity: 'critical', firstSeen: a.firstSeen }]);
    expect(await read(b.id)).toMatchObject({ id: c.id });
    const list = await app.call<{ items: Group[] }>('GET', '/errors?service=merging', { token: developer });
    expect(list.body.items.map(({ id }) => id)).toEqual([c.id]);
    const [later = ''] = await report([{ errorType: 'KindBError', message: 'x', service: 'merging' }]);
    expect(await groupOf(later)).toMatchObject({ id: c.id, count: 4 });
    const occurrences = await app.call<{ items: unknown[] }>('GET', `/errors/${c.id}/occurrences`, {
      token: developer,
    });
    expect(occurrences.body.items).toHaveLength(4);

    const freed = await bulk({ ids: [a.id], action: 'unmerge' });
    expect(freed.body.items.map(({ id }) => id).sort()).toEqual([a.id, c.id].sort());
    expect(await read(c.id)).toMatchObject({ ...c, count: 1 });
    expect(await read(b.id)).toMatchObject({ id: a.id, count: 3, severity: 'critical' });
    await bulk({ ids: [a.id], action: 'unmerge' });
    expect(await read(a.id)).toMatchObject({ ...a, count: 1, severity: 'low' });
    expect(await read(b.id)).toMatchObject({ id: b.id, count: 2, firstSeen: b.firstSeen });
  });

  it('changes nothing when it is repeated or goes nowhere', async () => {
    const [a, b] = (await groupsOf('repeated', ['low', 'low'])) as [Group, Group];
    for (let time = 0; time < 2; time++) {
      expect((await bulk({ ids: [a.id, b.id], action: 'merge', into: a.id })).body.items).toMatchObject([
        { id: a.id, count: 2 },
      ]);
    }
    for (let time = 0; time < 2; time++) expect((await bulk({ ids: [b.id], action: 'unmerge' })).status).toBe(200);
    expect(await read(a.id)).toMatchObject({ count: 1 });
  });

  it('keeps every count right while reports, merges and unmerges race', async () => {
    const groups = await groupsOf('racing', ['low', 'low', 'low', 'low']);
    const ids = groups.map(({ id }) => id);
    const rounds = Array.from({ length: 12 }, (_, round) => round);
    await Promise.all([
      ...rounds.map(() =>
        report(
          groups.map((_, index) => ({
            errorType: `Kind${String.fromCharCode(65 + index)}Error`,
            message: 'x',
            service: 'racing',
          })),
        ),
      ),
      ...rounds.map((round) => bulk({ ids: [ids[round % 4]], action: 'merge', into: ids[(round + 1) % 4] })),
      ...rounds.map((round) => bulk({ ids: [ids[(round + 2) % 4]], action: 'unmerge' })),
    ]);
    await eventually(async () => {
      const { body } = await app.call<{ conservation: { backlog: number } }>('GET', '/errors/statistics', {
        token: developer,
      });
      return body.conservation.backlog === 0 ? true : undefined;
    });
    const shown = await app.call<{ items: Group[] }>('GET', '/errors?service=racing', { token: developer });
    expect(shown.body.items.reduce((sum, { count }) => sum + count, 0)).toBe(4 + 12 * 4);
    await bulk({ ids: shown.body.items.map(({ id }) => id), action: 'unmerge' });
    await bulk({ ids, action: 'unmerge' });
    await bulk({ ids, action: 'unmerge' });
    expect((await Promise.all(ids.map(read))).map(({ id, count }) => [id, count])).toEqual(ids.map((id) => [id, 13]));
  });
});
