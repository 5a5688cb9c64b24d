// `npm run demo`: fills a service with a realistic day, by its HTTP API alone: people of all roles, 30 days of sales, failures of three services
// and agents with a task in every state. All of it follows from the day, so that a second run adds nothing, and one on another day adds that day.
// It refuses a service in production, which tells so at /health.
//
//   DEMO_URL                        the service; by default the local one, at the PORT of the environment or of .env
//   DEMO_IDENTIFIER, DEMO_PASSWORD  an ADMIN or SUPER_ADMIN; by default the first administrator as DATA_DIR keeps it
//
//   npm run demo -- --at 2026-11-29T18:00Z   takes another moment for now
//   npm run -s demo -- token                 prints an access token and does nothing else
import { giveAgentsWork } from './demo/agents.mjs';
import { reportFailures } from './demo/errors.mjs';
import { fillBooks } from './demo/books.mjs';
import { followOrder } from './demo/order.mjs';
import { invitePeople } from './demo/people.mjs';
import { DemoProblem, Service } from './demo/service.mjs';
import { readSettings } from './demo/settings.mjs';
import { showTour } from './demo/tour.mjs';

async function run() {
  const settings = readSettings(process.argv.slice(2), process.env);
  const service = new Service(settings.url);
  const { environment } = await service.health();
  if (environment === 'production')
    throw new DemoProblem(`The service at ${settings.url} runs in production: nothing of a demo belongs there`, 78);
  await service.logIn(settings.credentials());
  if (settings.command === 'token') return console.log(service.token);

  const start = performance.now();
  const { now } = settings;
  const books = await fillBooks(service, now);
  const people = await invitePeople(service);
  const failures = await reportFailures(service, now);
  const agents = await giveAgentsWork(service, now);
  const order = await followOrder(service, now);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`\nDone after ${seconds} s and ${service.requests} requests.\n`);
  showTour({ url: settings.url, isDefaultUrl: settings.isDefaultUrl, people, books, failures, agents, order });
}

try {
  await run();
} catch (error) {
  if (!(error instanceof DemoProblem)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
