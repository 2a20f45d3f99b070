/** What failed of an export, without what the collector said: its words may repeat what was sent. */
export function failureText(error: unknown): string {
  const { code, name, message } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown; readonly name?: unknown; readonly message?: unknown };
  if (typeof code === 'number') return `the collector answered with status ${code}`;
  if (typeof code === 'string') return code;
  if (name === 'SecretError' && typeof message === 'string') return message;
  return message === 'Request timed out' ? 'the collector did not answer in time' : 'the export failed';
}
