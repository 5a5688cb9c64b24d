import { flag, integer, oneOf, section, text } from './setting.js';
import { publicKeys, signingKey } from './signing-key.js';

/** Keys, tokens, passwords and lockout. */
export class SecurityConfig extends section('security', {
  secretKey: text<string>({
    env: 'SECRET_KEY',
    default: '',
    minLength: 32,
    secret: true,
    description:
      'Root key of the service; token, cursor and encryption keys are derived from it. Made once in DATA_DIR in development.',
  }),
  secretKeyPrevious: text<string | undefined>({
    env: 'SECRET_KEY_PREVIOUS',
    default: undefined,
    minLength: 32,
    secret: true,
    description:
      'The root key before the last rotation; stored secrets are read with it and encrypted anew under SECRET_KEY.',
  }),
  jwtPrivateKey: signingKey({
    env: 'JWT_PRIVATE_KEY',
    description:
      'Key that signs access tokens, so that others can verify them by the JWKS. Unset: HS256 under a key derived from SECRET_KEY.',
  }),
  jwtOtherKeys: publicKeys({
    env: 'JWT_OTHER_KEYS',
    description:
      'Keys that are published and accepted but do not sign: the next one before a rotation, the last one after it.',
  }),
  audience: text<string>({
    env: 'JWT_AUDIENCE',
    default: 'devskyy-api',
    description: 'Audience of access tokens (`aud`).',
  }),
  accessTokenExpireMinutes: integer({
    env: 'ACCESS_TOKEN_EXPIRE_MINUTES',
    default: 30,
    min: 5,
    max: 1440,
    description: 'Life of an access token, in minutes.',
  }),
  refreshTokenExpireDays: integer({
    env: 'REFRESH_TOKEN_EXPIRE_DAYS',
    default: 7,
    min: 1,
    max: 30,
    description: 'Life of a session, in days from login; never extended.',
  }),
  passwordHashAlgorithm: oneOf<'argon2id'>({
    env: 'PASSWORD_HASH_ALGORITHM',
    values: ['argon2id'],
    default: 'argon2id',
    description: 'Hash of new passwords; imported bcrypt hashes are verified and replaced at login.',
  }),
  argon2MemoryKib: integer({
    env: 'ARGON2_MEMORY_KIB',
    default: 19_456,
    min: 7_168,
    max: 1_048_576,
    description: 'Argon2id memory, in KiB (OWASP: 19456 with two passes).',
  }),
  argon2Passes: integer({
    env: 'ARGON2_PASSES',
    default: 2,
    min: 1,
    max: 16,
    description: 'Argon2id passes over the memory.',
  }),
  argon2Parallelism: integer({
    env: 'ARGON2_PARALLELISM',
    default: 1,
    min: 1,
    max: 16,
    description: 'Argon2id lanes.',
  }),
  minPasswordLength: integer({
    env: 'MIN_PASSWORD_LENGTH',
    default: 12,
    min: 8,
    max: 128,
    description: 'Shortest password, in characters.',
  }),
  requireSpecialChars: flag<boolean>({
    env: 'REQUIRE_SPECIAL_CHARS',
    default: false,
    description: 'Demand upper and lower case, a digit and a special character (NIST SP 800-63B advises against).',
  }),
  maxLoginAttempts: integer({
    env: 'MAX_LOGIN_ATTEMPTS',
    default: 5,
    min: 3,
    max: 10,
    description: 'Failed attempts before an account locks.',
  }),
  lockoutDurationMinutes: integer({
    env: 'LOCKOUT_DURATION_MINUTES',
    default: 15,
    min: 5,
    max: 1440,
    description: 'How long a lock lasts, in minutes; it ends by itself.',
  }),
  registration: oneOf<'open' | 'closed' | undefined>({
    env: 'AUTH_REGISTRATION',
    values: ['open', 'closed'],
    default: undefined,
    description: 'Whether strangers may register; closed in production when unset, open elsewhere.',
  }),
  bootstrapAdminEmail: text<string | undefined>({
    env: 'BOOTSTRAP_ADMIN_EMAIL',
    default: undefined,
    pattern: /^[^\s@]+@[^\s@]+$/,
    allowed: 'an e-mail address',
    description: 'E-mail of the SUPER_ADMIN made at the first start; the part before the @ is the user name.',
  }),
  bootstrapAdminPassword: text<string | undefined>({
    env: 'BOOTSTRAP_ADMIN_PASSWORD',
    default: undefined,
    minLength: 12,
    secret: true,
    description: 'Password of that SUPER_ADMIN; change it after the first login.',
  }),
}) {}
