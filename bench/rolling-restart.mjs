// Two replicas behind a plain round robin, which knows of health only that a port is closed, are replaced one after the other while
// clients read and record sales. Status 1 when a request got no answer or one that is no 2xx, or when a sale is missing or twice there.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../dist/libs/platform/database/src/index.js';
import { logIn, startService } from './process.mjs';

const TOTAL = Number(process.argv[2] ?? 5_000);
const CLIENTS = 8;

const dir = mkdtempSync(path.join(tmpdir(), 'devskyy-rolling-'));
const postgres = await EmbeddedPostgres.start(dir);
const start = (port) =>
  startService({
    DATABASE_URL: postgres.url,
    PORT: String(port),
    LOG_ENABLE_FILE: 'false',
    // As in production.
    SHUTDOWN_DELAY_SECONDS: '5',
  });
const replicas = [];
for (const port of [0, 0]) replicas.push(await start(port));
const ports = replicas.map(({ url }) => Number(new URL(url).port));

const upstream = new Agent({ keepAlive: true });
let turn = 0;

/** Hands a request to the next replica; to the other one only when the first takes no connection, so has seen nothing of it. */
function pass(message, body, answer, index = turn++ % ports.length, isLast = false) {
  const port = ports[index];
  const { method, url, headers } = message;
  const passed = request({ port, host: '127.0.0.1', method, path: url, headers, agent: upstream }, (response) => {
    answer.writeHead(response.statusCode, { 'content-type': response.headers['content-type'] ?? 'text/plain' });
    response.pipe(answer);
  });
  passed.on('error', (error) => {
    if (error.code === 'ECONNREFUSED' && !isLast) pass(message, body, answer, 1 - index, true);
    else answer.writeHead(502).end(`${error.code}: ${error.message}`);
  });
  passed.end(body);
}

const balancer = createServer((message, answer) => {
  const chunks = [];
  message.on('data', (chunk) => chunks.push(chunk)).on('end', () => pass(message, Buffer.concat(chunks), answer));
});
await new Promise((resolve) => balancer.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${balancer.address().port}`;
const authorization = `Bearer ${await logIn(url)}`;

const lost = [];
const sold = [];
let asked = 0;
let isReplaced = false;

async function ask(number) {
  const isSale = number % 2 === 0;
  const key = randomUUID();
  const response = await fetch(`${url}/api/v1/${isSale ? 'finance/transactions/record' : 'auth/me'}`, {
    headers: { authorization, ...(isSale && { 'content-type': 'application/json', 'idempotency-key': key }) },
    ...(isSale && { method: 'POST', body: JSON.stringify({ type: 'sale', amount: '1.00', currency: 'USD' }) }),
  });
  const text = await response.text();
  if (!response.ok) lost.push(`${response.status} ${text}`);
  else if (isSale) sold.push(JSON.parse(text).transactionId);
}

async function client() {
  while (asked < TOTAL || !isReplaced) {
    const number = asked++;
    await ask(number).catch((error) => lost.push(String(error.cause ?? error)));
  }
}

async function replaceAll() {
  for (const [index, port] of ports.entries()) {
    await replicas[index].stop();
    replicas[index] = await start(port);
  }
  isReplaced = true;
}

const began = performance.now();
await Promise.all([replaceAll(), ...Array.from({ length: CLIENTS }, client)]);
const seconds = ((performance.now() - began) / 1000).toFixed(1);

const db = new pg.Client({ connectionString: postgres.url });
await db.connect();
const { rows } = await db.query(`SELECT id FROM finance_transaction WHERE type = 'sale'`);
await db.end();
const kept = new Set(rows.map(({ id }) => id));
const missing = sold.filter((id) => !kept.has(id)).length;
console.log(`${asked} requests in ${seconds} s while both replicas were replaced: ${lost.length} lost`);
console.log(`${sold.length} sales acknowledged, ${kept.size} kept, ${missing} missing`);
for (const one of lost.slice(0, 5)) console.log(one);

balancer.close();
await Promise.all(replicas.map((replica) => replica.stop()));
await postgres.stop();
rmSync(dir, { recursive: true, force: true });
process.exitCode = lost.length > 0 || missing > 0 || kept.size !== sold.length ? 1 : 0;
