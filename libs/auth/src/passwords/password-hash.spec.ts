import { hashFault } from './password-hash.js';

const BCRYPT_TAIL = 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const KEY_32 = Buffer.alloc(32, 7).toString('base64').replace('=', '');
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
    `pbkdf2_sha256$1200000$salt$${KEY_32}=`,
    `$pbkdf2-sha512$25000$c2FsdHNhbHQ$${KEY_32}`,
    `$pbkdf2-sha256$i=310000,l=32$c2FsdHNhbHQ$${KEY_32}`,
    `$scrypt$ln=17,r=8,p=1$c2FsdHNhbHQ$${KEY_32}`,
    `scrypt:32768:8:1$salt$${'ab'.repeat(64)}`,
    `scrypt$16384$salt$8$5$${KEY_32}=`,
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
    `pbkdf2_md5$1000$salt$${KEY_32}=`,
    `pbkdf2_sha256$salt$${KEY_32}=`,
    `pbkdf2:sha256$salt$${'ab'.repeat(32)}`,
    `$scrypt$ln=14,r=8$c2FsdA$${KEY_32}`,
    `scrypt:32768:8:1$salt$${'ab'.repeat(64)}\n`,
  ])('refuses what is no such hash: %j', (hash) => {
    expect(hashFault(hash)).toContain('must be a hash of bcrypt');
  });

  it.each([
    [`$2b$15$${BCRYPT_TAIL}`, 'bcrypt cost'],
    [`$2b$03$${BCRYPT_TAIL}`, 'bcrypt cost'],
    [argon2('m=4194304,t=2,p=1'), 'Argon2 cost'],
    [argon2('m=19456,t=1000,p=1'), 'Argon2 cost'],
    [argon2('m=19456,t=2,p=64'), 'Argon2 cost'],
    [argon2('m=19456,t=0,p=1'), 'Argon2 cost'],
    [argon2('m=15,t=2,p=2'), 'Argon2 cost'],
    [`pbkdf2_sha256$9999999999$salt$${KEY_32}=`, 'PBKDF2 cost'],
    [`pbkdf2_sha256$0$salt$${KEY_32}=`, 'PBKDF2 cost'],
    // A key of 64 bytes takes the iterations of SHA-1 four times.
    [`pbkdf2:sha1:1000000$salt$${'ab'.repeat(64)}`, 'PBKDF2 cost'],
    [`pbkdf2:sha256:1000$salt$${'ab'.repeat(65)}`, 'must hold a key'],
    [`pbkdf2:sha256:1000$salt$${'ab'.repeat(8)}`, 'must hold a key'],
    [`$scrypt$ln=22,r=8,p=1$c2FsdA$${KEY_32}`, 'scrypt cost'],
    [`$scrypt$ln=99,r=8,p=1$c2FsdA$${KEY_32}`, 'scrypt cost'],
    [`scrypt:32768:8:9999$salt$${'ab'.repeat(64)}`, 'scrypt cost'],
    [`scrypt:30000:8:1$salt$${'ab'.repeat(64)}`, 'scrypt cost'],
    [`scrypt:1:8:1$salt$${'ab'.repeat(64)}`, 'scrypt cost'],
    [`scrypt:1024:0:1$salt$${'ab'.repeat(64)}`, 'scrypt cost'],
  ])('refuses a cost that no login should pay: %s', (hash, fault) => {
    expect(hashFault(hash)).toContain(fault);
  });
});
