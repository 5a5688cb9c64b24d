import { cpuMsOf, pruneJson, shapeOfJson } from '#platform/kernel';
import { neutralise } from './neutralise.js';
import { scrubText } from './scrub-text.js';
import { scrub } from './scrubber.js';
import { isSecretKey } from './secret-names.js';

const MB = 1024 * 1024;

/** What a character may cost, in characters of a plain scan. */
const MOST_STEPS = 500;

/** What these scanners look for, whole and begun, so that each is kept as busy as its alphabet can. */
const UNITS = [
  ...[
    'a',
    'A',
    'Aa',
    '1',
    '1 ',
    '1-',
    ' ',
    '\n',
    '\\',
    '/',
    '"',
    "'",
    '\\"',
    '=',
    ':',
    '>',
    '-',
    '.',
    '@',
    '%',
    '%3D',
    '_',
    '[',
    '{',
    '\0',
  ],
  ...[
    'ab=',
    'a: ',
    'a.b@',
    'a@a.',
    'password=',
    'password="',
    "password='\n",
    'password: must ',
    'password: ',
    'token=***REDACTED***',
  ],
  ...[
    '?key=',
    '&code=a',
    '"token":"a",',
    '\\"token\\":\\"',
    '<password>',
    '<password></',
    'token:1:2 ',
    'authorization: ',
    'cookie=\\',
  ],
  ...[
    '--token ',
    '--token must ',
    '-p ',
    'mysql ',
    'mysql -p',
    'oc oc -a ',
    'curl -u a:',
    "password 'a",
    "password '",
    'login a password ',
  ],
  ...[
    'eyJ',
    'eyJ-',
    'eyJabcdefgh.',
    '-----BEGIN ',
    '-----BEGIN A-----\n',
    'bearer ',
    'basic abcdefgh ',
    'sk-',
    'gh',
    'key-',
    'AKIA',
    '1/',
    'SG.',
  ],
  ...[
    '://',
    'a://',
    'a://b:',
    'a://b:c@',
    '/home/',
    '\\\\home',
    'C:\\Users\\',
    '1234 5678 ',
    'DE89 3704 ',
    '078-05-',
    '8Q~',
    'jdbc:oracle:a:b/',
  ],
  ...['{"a":', '[', ']', '[[]],', '"a":1,', '\u2028', '\ud800'],
];

const SCANNERS: Readonly<Record<string, (text: string) => unknown>> = {
  scrubText: (text) => scrubText(text, { personal: true }),
  isSecretKey,
  neutralise,
  shapeOfJson,
  pruneJson: (text) => pruneJson(text, { depth: 10, values: 1_000 }),
};

/** The least that some work takes of the processor in some runs, in ms. */
function millisOf(work: () => unknown, times = 1): number {
  return Math.min(...Array.from({ length: times }, () => cpuMsOf(work)));
}

function plainScan(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
  return sum;
}

const textOf = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

describe.each(Object.entries(SCANNERS))('%s', (name, scanner) => {
  it('takes time in proportion to the text, whatever is in it', () => {
    const plain = millisOf(() => plainScan(textOf('plain text ', MB)), 5);
    const slow: string[] = [];
    for (const unit of UNITS) {
      for (const tail of name === 'scrubText' ? ['', '"'] : ['"']) {
        const [short, long] = [textOf(unit, MB / 32) + tail, textOf(unit, MB) + tail];
        const expected =
          32 *
          Math.max(
            millisOf(() => scanner(short), 2),
            plain / 32,
          );
        // What would take minutes is not tried whole.
        const isBeyond = expected > MOST_STEPS * plain;
        const taken = isBeyond ? expected : millisOf(() => scanner(long));
        if (
          !isBeyond &&
          (taken < 40 * plain ||
            Math.min(
              taken,
              millisOf(() => scanner(long), 2),
            ) <
              8 * expected)
        )
          continue;
        slow.push(
          `${JSON.stringify(unit + tail)}: ${taken.toFixed(0)} ms, by a short text ${expected.toFixed(0)}, a scan ${plain.toFixed(1)}`,
        );
      }
    }
    expect(slow).toEqual([]);
  }, 240_000);
});

it('a key of any length is judged by its end, and not remembered', () => {
  expect(isSecretKey(`${'A'.repeat(MB)}_password`)).toBe(true);
  expect(JSON.stringify(scrub({ [`${'A'.repeat(MB)}`]: 1 })).length).toBeLessThan(300);
});
