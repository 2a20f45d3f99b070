/** Attributes a change log entry tells of, lower case, with the values that are said. */
export type LdifAttributes = ReadonlyMap<string, readonly string[]>;

/** Joins folded lines (RFC 2849); some servers end the text with a NUL. */
function linesOf(ldif: string): string[] {
  return ldif.replaceAll('\0', '').replaceAll('\r\n', '\n').replaceAll('\n ', '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function nameAndValue(line: string): readonly [name: string, value: string] | undefined {
  const colon = line.indexOf(':');
  if (colon <= 0) return undefined;
  const name = line.slice(0, colon).trim().toLowerCase();
  if (line[colon + 1] === ':') return [name, Buffer.from(line.slice(colon + 2).trim(), 'base64').toString('utf8')];
  return [name, line.slice(colon + 1).trim()];
}

function put(attributes: Map<string, string[]>, name: string, ...values: readonly string[]): void {
  const before = attributes.get(name);
  if (before === undefined) attributes.set(name, [...values]);
  else before.push(...values);
}

/** `changes` of an added entry (and `deletedEntryAttrs`): its attributes. */
export function parseAttributes(ldif: string): LdifAttributes {
  const attributes = new Map<string, string[]>();
  for (const line of linesOf(ldif)) {
    const pair = nameAndValue(line);
    if (pair !== undefined) put(attributes, pair[0], pair[1]);
  }
  return attributes;
}

/** `changes` of a modified entry: what was touched, with the values added, replaced or deleted. */
export function parseModifications(ldif: string): LdifAttributes {
  const attributes = new Map<string, string[]>();
  let touched: string | undefined;
  for (const line of linesOf(ldif)) {
    if (line.trim() === '-') {
      touched = undefined;
      continue;
    }
    const pair = nameAndValue(line);
    if (pair === undefined) continue;
    if (touched === undefined) {
      // `replace: mail` names the attribute; its values follow.
      touched = pair[1].toLowerCase();
      put(attributes, touched);
    } else if (pair[0] === touched) put(attributes, touched, pair[1]);
  }
  return attributes;
}
