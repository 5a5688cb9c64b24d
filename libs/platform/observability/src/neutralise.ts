/** Control characters, and the separators that some readers take for line breaks. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

/**
 * Text that cannot forge a log line or steer a terminal: line breaks and other control characters become visible escapes
 * (OWASP ASVS 5.0, 16.4.1). Stacks keep their line breaks through `keepLines`.
 */
export function neutralise(text: string, keepLines = false): string {
  return text.replace(CONTROL, (control) =>
    keepLines && control === '\n' ? control : escapeOf(control.charCodeAt(0)),
  );
}

function escapeOf(code: number): string {
  if (code === 0x0a) return '\\n';
  if (code === 0x0d) return '\\r';
  if (code === 0x09) return '\\t';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
