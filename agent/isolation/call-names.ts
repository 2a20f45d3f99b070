/**
 * Operation ids on the pipe begin with the number of the call where agent and process have something to tell each other about it
 * (further targets, spans); what the caller called it follows.
 */
export interface CallName {
  readonly call: number | undefined;
  /** The agent is to be asked before the call goes to a further target. */
  readonly asks: boolean;
  readonly operationId: string | undefined;
}

export function callName({ call, asks, operationId }: CallName): string {
  return `${call ?? ''}${asks ? '?' : ''}:${operationId ?? ''}`;
}

export function namedCall(name: string | undefined): CallName {
  const match = /^(\d*)(\??):(.*)$/s.exec(name ?? '');
  if (match === null) return { call: undefined, asks: false, operationId: name };
  const [, call = '', asks = '', operationId = ''] = match;
  return { call: call === '' ? undefined : Number(call), asks: asks !== '', operationId: operationId === '' ? undefined : operationId };
}
