import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Setting } from './setting.js';

const FORM = 'in PEM: P-256 for ES256, or RSA of at least 2048 bits for RS256';
const BLOCK = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g;

type Declaration = Pick<Setting<unknown>, 'description'> & { env: string };

/** A private key that signs tokens. */
export function signingKey({ env, description }: Declaration): Setting<KeyObject | undefined> {
  const parse = (text: string): KeyObject => keysOf(text, true)[0] as KeyObject;
  return { env: [env], description, allowed: `a private key ${FORM}`, fallback: undefined, secret: true, parse };
}

/** Public keys, one block after the other; of private ones the public part is taken. */
export function publicKeys({ env, description }: Declaration): Setting<readonly KeyObject[]> {
  const parse = (text: string): readonly KeyObject[] => Object.freeze(keysOf(text, false));
  return { env: [env], description, allowed: `public or private keys ${FORM}`, fallback: [], secret: true, parse };
}

function keysOf(text: string, isPrivate: boolean): KeyObject[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || (isPrivate && blocks.length > 1))
    throw new Error(`must be ${isPrivate ? 'one key' : 'keys'} ${FORM}`);
  return blocks.map((block) => {
    let key: KeyObject;
    try {
      key = isPrivate ? createPrivateKey(block) : createPublicKey(block);
    } catch {
      throw new Error(`holds a key that cannot be read; it must be ${FORM}`);
    }
    const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
    const isP256 = key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1';
    if (!isP256 && !(key.asymmetricKeyType === 'rsa' && modulusLength >= 2048)) throw new Error(`must be ${FORM}`);
    return key;
  });
}
