// What to look at now.

export function showTour({ url, isDefaultUrl, people, books, failures, agents, order }) {
  const api = `${url}/api/v1`;
  const curl = (path) => `curl -s -H "Authorization: Bearer $TOKEN" '${api}${path}'`;
  if (people.length > 0) {
    console.log('The passwords of the people; they are shown only now:');
    for (const { username, role, password } of people)
      console.log(`  ${username.padEnd(20)} ${role.padEnd(12)} ${password}`);
    console.log('');
  }
  const things = [
    ['Every route, to try in the browser', `${url}/docs`],
    ['The dashboard', curl('/dashboard/data')],
    ['An order through all modules, by its correlation id', curl(`/trace/${order}`)],
    ['What happened, over audit, money, work and failures', curl('/activities?limit=20')],
    agents.waiting === undefined
      ? ['The tasks of today, in every state', curl(`/agents/batch/${agents.batch}`)]
      : ['Why a task waits, and for whom', curl(`/tasks/${agents.waiting}/why`)],
  ];
  const more = [
    ['The tasks of today, in every state', curl(`/agents/batch/${agents.batch}`)],
    ['Revenue by channel and day', curl(`/finance/reports/revenue?from=${books.from}&to=${books.to}`)],
    ...(failures.regressed === undefined
      ? []
      : [['A failure that was resolved and came back', curl(`/errors/${failures.regressed}`)]]),
  ];
  console.log(`The service is at ${url}. Five things to look at, with a token for half an hour:\n`);
  if (!isDefaultUrl) console.log(`  export DEMO_URL='${url}'`);
  console.log('  TOKEN=$(npm run -s demo -- token)\n');
  for (const [index, [title, line]] of things.entries()) console.log(`  ${index + 1}. ${title}\n     ${line}`);
  console.log('\nAnd then:\n');
  for (const [title, line] of more) console.log(`  - ${title}\n     ${line}`);
}
