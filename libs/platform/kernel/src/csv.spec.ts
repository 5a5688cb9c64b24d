import { csvLine, csvText } from './csv.js';

describe('csvText', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@a',
    '\n=1+1',
    '\r\n=1+1',
    ' \t=1+1',
    '\u0000=1+1',
    '\u200b=1+1',
    '＝1+1',
    '＠a',
    '\tx',
    '\rx',
  ])('disarms %j', (text) => expect(csvText(text)).toBe(`'${text}`));

  it.each(['a=1', 'ada', '', '1+1'])('leaves %j', (text) => expect(csvText(text)).toBe(text));
});

describe('csvLine', () => {
  it('quotes what would end a cell or a line', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng'])).toBe('a,"b,c","d""e","f\ng"\r\n');
  });
});
