// The reference for logins: Argon2id at the service's default cost, as many at once as there are cores, and nothing else. Prints
// checks a second.
import { availableParallelism } from 'node:os';
import argon2 from 'argon2';

const options = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const hash = await argon2.hash('nine patient owls listening', options);

let checked = 0;
const start = performance.now();
const end = start + Number(process.argv[2]) * 1000;
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (; performance.now() < end; checked++) await argon2.verify(hash, 'nine patient owls listening');
  }),
);
console.log((checked * 1000) / (performance.now() - start));
