// A week of the error ledger, and what somebody did about it.
import { dayOf, lastDays } from './chance.mjs';
import { FAULTS, failuresNow, failuresOf } from './failures.mjs';
import { until } from './service.mjs';

const DAYS = 7;
const SERVICES = [...new Set(FAULTS.map(({ service }) => service))];

/** Nobody is there (RFC 2606): its log shows what calls that fail look like. */
const ALERT = {
  name: 'Demo: grave failures are back',
  event: 'regressed',
  severity: 'high',
  channel: 'webhook',
  url: 'https://alerts.demo.example/hook',
};

/** @returns `{regressed}`: the group that was resolved and came back */
export async function reportFailures(service, now) {
  const alert = await findOrMakeAlert(service);
  const today = dayOf(now);
  let fresh = 0;
  for (const day of lastDays(DAYS + 1, now).slice(0, -1))
    fresh += await report(service, `demo:errors:${day}`, failuresOf(day));
  const known = await until(
    () => findGroups(service),
    (groups) => FAULTS.every((fault) => groups.has(fault)),
  );
  for (const [fault, group] of known) if (fault.triage) await triage(service, group, fault.triage);
  // Only now: what comes back has to have been resolved.
  fresh += await report(service, `demo:errors:now:${today}`, failuresNow(today));
  const isBack = ([fault, { status }]) => fault.returnsIn !== undefined && status === 'regressed';
  const groups = await until(
    () => findGroups(service),
    (found) => [...found].some(isBack),
  );
  const statuses = [...groups.values()].map(({ status }) => status);
  const count = (status) => statuses.filter((each) => each === status).length;
  console.log(
    `Failures: ${fresh} new reports of ${SERVICES.join(', ')}; ${groups.size} groups: ` +
      ['open', 'regressed', 'resolved', 'ignored'].map((status) => `${count(status)} ${status}`).join(', '),
  );
  const regressed = [...groups].find(isBack)?.[1];
  return { alert: alert.id, regressed: regressed?.id };
}

async function findOrMakeAlert(service) {
  const { items } = await service.get('/errors/alerts');
  const there = items.find(({ name }) => name === ALERT.name);
  return there ?? (await service.call('POST', '/errors/alerts', { body: ALERT })).body;
}

/** @returns how many of them are new */
async function report(service, key, errors) {
  const { isReplay } = await service.call('POST', '/errors', { body: { errors }, key });
  return isReplay ? 0 : errors.length;
}

/** The group of each fault, as far as it is in the ledger by now. */
async function findGroups(service) {
  const groups = new Map();
  for (const name of SERVICES) {
    const { items } = await service.get(`/errors?service=${name}&limit=100`);
    for (const fault of FAULTS) {
      const group = items.find(({ title }) => fault.service === name && title.startsWith(`${fault.errorType}: `));
      if (group) groups.set(fault, group);
    }
  }
  return groups;
}

/** Once: what was decided since is somebody's own. */
async function triage(service, { id, status, notes }, decision) {
  if (status === 'open' && notes === null) await service.call('PATCH', `/errors/${id}`, { body: decision });
}
