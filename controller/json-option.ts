/** The option of every command that answers something, as the agent's commands have it. */
export const jsonOption = ['--json', 'print JSON'] as const;

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
