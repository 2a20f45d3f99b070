/**
 * Parses a properties file by the rules of java.util.Properties.load: comments, continuation lines, escapes, `=`, `:` or
 * blanks between key and value, the last of equal keys wins. The text must have been decoded as ISO-8859-1.
 */
export function parseJavaProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const end = keyEnd(line);
    properties.set(unescape(line.slice(0, end)), unescape(line.slice(valueStart(line, end))));
  }
  return properties;
}

/** Natural lines joined where one ends in an odd number of backslashes; blank and comment lines left out. */
function* logicalLines(text: string): Generator<string> {
  let line: string | undefined;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const content = natural.replace(/^[ \t\f]+/, '');
    if (line === undefined && (content === '' || /^[#!]/.test(content))) continue;
    const continued = trailingBackslashes(content);
    line = (line ?? '') + (continued % 2 === 1 ? content.slice(0, -1) : content);
    if (continued % 2 === 1) continue;
    yield line;
    line = undefined;
  }
  if (line !== undefined && line !== '') yield line;
}

function trailingBackslashes(line: string): number {
  let at = line.length;
  while (at > 0 && line[at - 1] === '\\') at -= 1;
  return line.length - at;
}

function keyEnd(line: string): number {
  for (let index = 0; index < line.length; index += 1) {
    if (line[index] === '\\') index += 1;
    else if (/[=: \t\f]/.test(line.charAt(index))) return index;
  }
  return line.length;
}

function valueStart(line: string, end: number): number {
  return end + (/^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(end))?.[0].length ?? 0);
}

const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|([^]))|\\$/g, (_match, code: string | undefined, letter: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    if (letter === 'u') throw new SyntaxError('A \\u in a properties file must be followed by four hexadecimal digits.');
    return letter === undefined ? '' : CONTROL[letter] ?? letter;
  });
}
