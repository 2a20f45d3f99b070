/**
 * Operation ids on the pipe begin with the number of the call where the agent has something to say about it (further
 * targets); what the caller called it follows.
 */
export interface CallName {
  readonly call: number | undefined;
  readonly operationId: string | undefined;
}

export function callName({ call, operationId }: CallName): string {
  return `${call ?? ''}:${operationId ?? ''}`;
}

export function namedCall(name: string | undefined): CallName {
  const match = /^(\d*):(.*)$/s.exec(name ?? '');
  if (match === null) return { call: undefined, operationId: name };
  const [, call = '', operationId = ''] = match;
  return { call: call === '' ? undefined : Number(call), operationId: operationId === '' ? undefined : operationId };
}
