/** Characters of Base64 that two bytes of something else before a secret may change, and bytes behind it. */
const BASE64_EDGE = 3;
/** Shorter rests would be found in any text. */
const SHORTEST_BASE64 = 6;

/** How a secret may look where something encodes it: for redaction only. The secret itself is the first. */
export function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const wellFormed = bytes.toString('utf8');
  const base64 = [0, 1, 2].flatMap((before) => base64Within(bytes, before));
  const spellings = [
    secret, encodeURIComponent(wellFormed), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url'),
    ...base64, ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  bytes.fill(0);
  return [...new Set(spellings)];
}

/** What of the Base64 of a longer text is the same whatever stands before and behind, e.g. in `Basic …`. */
function base64Within(bytes: Buffer, before: number): string[] {
  // No regular expression: V8 keeps the text of the last match (RegExp.$_).
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').split('=', 1)[0] ?? '';
  const inner = text.slice(before === 0 ? 0 : BASE64_EDGE, -BASE64_EDGE);
  return inner.length >= SHORTEST_BASE64 ? [inner] : [];
}
