/** Names in the output of SEARCH: one a line, `(G)` behind a generic one; messages are skipped. */
export function parseSearch(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^\s*([A-Z0-9#$@]{1,8})(?:\s+\(G\))?\s*$/.exec(line)?.[1] ?? []);
}
