import { hashFault } from './password-hash.js';

const BCRYPT_TAIL = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const argon2 = (cost: string, kind = 'argon2id'): string =>
  `$${kind}$v=19$${cost}$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b2dWRWJTmaaJObG`;

describe('hashes made elsewhere', () => {
  it.each([
    `$2b$10$${BCRYPT_TAIL}`,
    `$2a$04$${BCRYPT_TAIL}`,
    `$2y$14$${BCRYPT_TAIL}`,
    argon2('m=19456,t=2,p=1'),
    argon2('m=65536,t=3,p=4', 'argon2i'),
    argon2('m=8,t=1,p=1', 'argon2d'),
  ])('takes %s', (hash) => {
    expect(hashFault(hash)).toBeUndefined();
  });

  it.each([
    '',
    'plain text',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    `$2b$10$${BCRYPT_TAIL}x`,
    `$2b$10$${BCRYPT_TAIL.slice(1)}`,
    `$2x$10$${BCRYPT_TAIL}`,
    argon2('m=19456,t=2,p=1', 'argon2xx'),
    argon2('m=19456,t=2,p=1').replace('v=19', 'v=16'),
    argon2('t=2,m=19456,p=1'),
    `${argon2('m=19456,t=2,p=1')}\n`,
  ])('refuses what is no such hash: %j', (hash) => {
    expect(hashFault(hash)).toContain('must be a bcrypt hash');
  });

  it.each([
    [`$2b$15$${BCRYPT_TAIL}`, 'bcrypt cost'],
    [`$2b$03$${BCRYPT_TAIL}`, 'bcrypt cost'],
    [argon2('m=4194304,t=2,p=1'), 'Argon2 cost'],
    [argon2('m=19456,t=1000,p=1'), 'Argon2 cost'],
    [argon2('m=19456,t=2,p=64'), 'Argon2 cost'],
    [argon2('m=19456,t=0,p=1'), 'Argon2 cost'],
    [argon2('m=15,t=2,p=2'), 'Argon2 cost'],
  ])('refuses a cost that no login should pay: %s', (hash, fault) => {
    expect(hashFault(hash)).toContain(fault);
  });
});
