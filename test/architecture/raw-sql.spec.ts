import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** Where SQL may be written by hand: `docs/architecture.md`, "Data". */
const ROOM = /\.postgres\.ts$|^libs\/platform\/database\//;

const IS_SPEC = /\.(spec|int-spec|e2e-spec)\.ts$/;
const STATEMENT = /\bSELECT\s[\s\S]*?\bFROM\b|\bINSERT INTO\b|\bUPDATE\s+\w+(\s+\w+)?\s+SET\b|\bDELETE FROM\b/;
const CALL = /\b(tx|transaction|database|db)\.(query|execute)\b/;

/** Every source of the service, without specs. */
function sources(): string[] {
  return ['libs', 'apps', 'config']
    .flatMap((top) =>
      readdirSync(path.join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((file) => `${top}/${file}`),
    )
    .filter((file) => file.endsWith('.ts') && !IS_SPEC.test(file));
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Whether a source asks the database in SQL of its own. */
function writesSql(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return STATEMENT.test(code) || CALL.test(code);
}

describe('SQL by hand', () => {
  it('stands in *.postgres.ts, the database lib and migrations, and nowhere else', () => {
    const files = sources().filter((file) => !ROOM.test(file));
    expect(files.length).toBeGreaterThan(500);
    const offenders = files.filter((file) => writesSql(read(file)));
    expect(offenders).toEqual([]);
  });

  it('names the row of the bench that shows what it is worth', () => {
    const bench = readdirSync(path.join(ROOT, 'bench/persistence'))
      .map((file) => readFileSync(path.join(ROOT, 'bench/persistence', file), 'utf8'))
      .join('\n');
    const forms = sources().filter(
      (file) => file.endsWith('.postgres.ts') && /class \w+ extends \w+Repository/.test(read(file)),
    );
    expect(forms.length).toBeGreaterThan(3);
    const without = forms.filter((file) => {
      const rows = [...read(file).matchAll(/Bench: ((?:`[^`]+`(?:, )?)+)/g)].flatMap(([, names = '']) =>
        [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
      );
      return rows.length === 0 || rows.some((row) => !bench.includes(`'${row}'`));
    });
    expect(without).toEqual([]);
  });

  it.each([
    'const BY_ID = `SELECT a\n  FROM thing`;',
    'await tx.execute(REMOVE, [id]);',
    "'INSERT INTO thing VALUES (1)'",
    "'UPDATE thing t SET a = 1'",
    "'DELETE FROM thing'",
  ])('is seen in %j', (source) => {
    expect(writesSql(source)).toBe(true);
  });

  it.each(['// SELECT a FROM thing', "builder.select('a.id').execute()", 'Update the FROM address'])(
    'is not seen in %j',
    (source) => {
      expect(writesSql(source)).toBe(false);
    },
  );
});
