import { addApiPrefix } from './api-prefix.js';
import { isTrustedHost } from './trusted-hosts.js';

describe('isTrustedHost', () => {
  it.each([
    ['localhost:8000', ['localhost'], true],
    ['LOCALHOST', ['localhost'], true],
    ['[::1]:8000', ['[::1]'], true],
    ['api.example.com', ['*.example.com'], true],
    ['example.com', ['*.example.com'], false],
    ['evil-example.com', ['*.example.com'], false],
    ['localhost.evil.com', ['localhost'], false],
    ['', ['localhost'], false],
    ['whatever', ['*'], true],
  ])('%j of %j: %s', (host, trusted, expected) => expect(isTrustedHost(host, trusted)).toBe(expected));
});

describe('addApiPrefix', () => {
  it.each([
    ['/finance/transactions/record', '/api/v1/finance/transactions/record'],
    ['/dashboard/data?x=1', '/api/v1/dashboard/data?x=1'],
    ['/errors', '/api/v1/errors'],
    ['/api/v1/errors', '/api/v1/errors'],
    ['/api/42/envelope/', '/api/42/envelope/'],
    ['/health/live', '/health/live'],
    ['/metrics?x=/y', '/metrics?x=/y'],
    ['/docs#top', '/docs#top'],
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['/', '/'],
    ['/?x', '/?x'],
    ['/healthy', '/api/v1/healthy'],
    ['*', '*'],
  ])('%s is %s', (url, expected) => expect(addApiPrefix(url)).toBe(expected));
});
