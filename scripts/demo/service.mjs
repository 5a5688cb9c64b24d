// The service as a client sees it.
import { setTimeout as sleep } from 'node:timers/promises';

/** What whoever runs the demo can mend: told in a sentence. */
export class DemoProblem extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** How often one request is tried that the service asks to send again. */
const TRIES = 4;
const TIMEOUT_MS = 60_000;

export class Service {
  requests = 0;
  token = undefined;
  /** Whoever is logged in. */
  userId = undefined;

  /** @param url without a slash at the end */
  constructor(url) {
    this.url = url;
  }

  /** Open to everybody, and says how the service runs. Whoever does not answer like that is no service of ours. */
  async health() {
    const { body } = await this.#send('GET', '/health', {});
    if (typeof body?.environment !== 'string')
      throw new DemoProblem(`What answers at ${this.url} is no DevSkyy service: set DEMO_URL`, 78);
    return body;
  }

  async logIn({ identifier, password, source }) {
    const { status, body } = await this.#send('POST', '/api/v1/auth/login', { body: { identifier, password } });
    if (status === 401)
      throw new DemoProblem(
        `The password of ${identifier} (${source}) is wrong: set DEMO_IDENTIFIER and DEMO_PASSWORD`,
        78,
      );
    if (status !== 200) throw refusal('POST', '/auth/login', status, body);
    if (body.mfaRequired)
      throw new DemoProblem(
        `${identifier} logs in with a second factor: set DEMO_IDENTIFIER to an account without`,
        78,
      );
    if (!['ADMIN', 'SUPER_ADMIN'].includes(body.user.role))
      throw new DemoProblem(`${identifier} has the role ${body.user.role}; the demo takes an ADMIN or SUPER_ADMIN`, 78);
    this.token = body.accessToken;
    this.userId = body.user.id;
  }

  async get(path) {
    return (await this.call('GET', path)).body;
  }

  /**
   * One request under /api/v1.
   *
   * @param options `body`; `key`: Idempotency-Key; `requestId`: X-Request-ID; `expect`: statuses of 4xx that are fine
   * @returns `{status, body, isReplay}`
   */
  async call(method, path, options = {}) {
    const answer = await this.#send(method, `/api/v1${path}`, options);
    if (answer.status >= 400 && !options.expect?.includes(answer.status))
      throw refusal(method, path, answer.status, answer.body);
    return answer;
  }

  async #send(method, path, { body, key, requestId }) {
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(requestId !== undefined && { 'x-request-id': requestId }),
    };
    for (let tries = 1; ; tries += 1) {
      this.requests += 1;
      const response = await this.#fetch(path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const retryAfter = Number(response.headers.get('retry-after'));
      const isAskedAgain = response.status === 429 || (response.status === 503 && path !== '/health');
      if (isAskedAgain && retryAfter > 0 && tries < TRIES) {
        await response.body?.cancel();
        console.error(`  the service asks to wait ${retryAfter} s (${response.status})`);
        await sleep(retryAfter * 1000);
        continue;
      }
      const isReplay = response.headers.get('idempotent-replayed') === 'true';
      return { status: response.status, body: read(await response.text()), isReplay };
    }
  }

  async #fetch(path, init) {
    try {
      return await fetch(`${this.url}${path}`, init);
    } catch (error) {
      const reason = error.cause?.code ?? error.cause?.message ?? error.message;
      throw new DemoProblem(`${this.url} does not answer (${reason}): run \`npm start\`, or set DEMO_URL`, 69);
    }
  }
}

/** Asks until the answer is good, for at most so many seconds. @returns the last answer */
export async function until(ask, isGood, seconds = 15) {
  const limit = performance.now() + seconds * 1000;
  for (let pause = 250; ; pause = Math.min(pause * 2, 2_000)) {
    const answer = await ask();
    if (isGood(answer) || performance.now() > limit) return answer;
    await sleep(pause);
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(method, path, status, body) {
  const faults = body?.errors?.map((fault) => `${fault.path} ${fault.message}`).join('; ');
  const why = [body?.code, body?.detail, faults].filter(Boolean).join(' ');
  return new DemoProblem(`${method} ${path} was answered ${status} ${why}`);
}
