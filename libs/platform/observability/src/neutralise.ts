/**
 * Text that cannot forge a log line or steer a terminal: line breaks and other control characters become visible escapes
 * (OWASP ASVS 5.0, 16.4.1). Stacks keep their line breaks through `keepLines`.
 */
export function neutralise(text: string, keepLines = false): string {
  let result = '';
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029;
    if (!isControl || (keepLines && code === 0x0a)) continue;
    result += text.slice(start, index) + escapeOf(code);
    start = index + 1;
  }
  return start === 0 ? text : result + text.slice(start);
}

function escapeOf(code: number): string {
  if (code === 0x0a) return '\\n';
  if (code === 0x0d) return '\\r';
  if (code === 0x09) return '\\t';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
