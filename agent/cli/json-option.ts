/** The option of every command that answers something: one JSON document on standard output, and nothing else there. */
export const jsonOption = ['--json', 'print JSON'] as const;

/** The document, indented. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
