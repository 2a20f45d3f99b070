import type { Attribute, Operation } from '../../../protocol/model/index.js';
import { clearTexts } from './redact.js';

function ofAttributes(attributes: readonly Attribute[]): string[] {
  return attributes.flatMap(({ values }) => values ?? []).flatMap(clearTexts);
}

/** The secrets a request carries, for redaction of its errors. */
export function requestSecrets(operation: Operation): string[] {
  const secrets: string[] = [];
  if ('attributes' in operation) secrets.push(...ofAttributes(operation.attributes));
  if (operation.kind === 'authenticate') secrets.push(...clearTexts(operation.password));
  if (operation.kind === 'batch') secrets.push(...operation.tasks.flatMap(requestSecrets));
  const runWith = 'options' in operation ? operation.options.runWithPassword : undefined;
  if (runWith !== undefined) secrets.push(...clearTexts(runWith));
  return secrets;
}
