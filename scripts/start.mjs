// `npm start`: builds if needed, then runs the service in this very process, so that signals reach it.
import { ensureBuild } from './ensure-build.mjs';

const [app = 'api', ...args] = process.argv.slice(2);
ensureBuild();
process.setSourceMapsEnabled(true);
process.argv.splice(2, process.argv.length, ...args);
await import(`../dist/apps/${app}/src/main.js`);
