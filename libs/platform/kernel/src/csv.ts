/**
 * A text as a cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"): neither behind blanks, line ends and signs that
 * are not seen, nor in the wide letters that stand for the same. It gets an apostrophe in front.
 */
export function csvText(value: string | null): string {
  return value !== null && /^(?:[\s\p{C}]*[=+\-@]|[\t\r\n])/u.test(value.normalize('NFKC'))
    ? `'${value}`
    : (value ?? '');
}

/** A line of cells (RFC 4180), with its end. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
}
