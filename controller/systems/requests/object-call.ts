import { Uid, type ApiOperation, type CallContext, type ConnectorFacade } from '../../../protocol/model/index.js';
import type { CallerContext } from '../../crest/request.js';
import { notFound, unavailable, type ResourceError } from '../../crest/resource-error.js';
import { requireAllowed, requireSupported, type RestrictedOperation } from '../allowed-operations.js';
import type { ObjectType } from '../object-type.js';
import type { System, SystemSetup } from '../system.js';
import { translateError, type OperationName } from '../translate-error.js';

/** A request on one object type: what it is on and how to reach the connector. */
export interface ObjectCall {
  readonly system: System;
  readonly setup: SystemSetup;
  readonly type: ObjectType;
  readonly context: CallerContext;
  /** `system/s/t` */
  readonly container: string;
}

/** Throws 503, with what is wrong, for a broken file and 404 for a type it does not have. */
export function objectCall(system: System, typeName: string, context: CallerContext): ObjectCall {
  const setup: SystemSetup | undefined = system.setup;
  if (setup === undefined) throw unavailable('Service Unavailable', { connectorMessage: `provisioner.openicf-${system.fileName}.json: ${system.error ?? 'cannot be used'}` });
  const type = setup.types.get(typeName);
  if (type === undefined) throw notFound(`Not found: ${typeName}`);
  return { system, setup, type, context, container: `system/${system.name}/${typeName}` };
}

export function callContext(context: CallerContext): CallContext {
  return { signal: context.signal, operationId: context.transactionId, timeLeft: context.timeLeft, span: context.span };
}

/** The facade for an operation, when the connector, the file and the moment allow it. Throws 403, 501 and 503. */
export function facadeFor(call: ObjectCall, operation: ApiOperation, restricted: RestrictedOperation): ConnectorFacade {
  requireAllowed(call.setup, call.type, restricted);
  const facade = call.system.facade();
  requireSupported(facade, operation);
  return facade;
}

/** Runs an operation and translates its failure. */
export async function translated<T>(call: ObjectCall, operation: OperationName, id: string | null, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const container = id === null ? null : call.container;
    throw translateError(error, { operation, id, container, scrub: (text) => call.system.connector?.scrub(text) ?? text }, call.context.signal);
  }
}

/** Throws 404 for a blank id: no object has one. */
export function uidOf(id: string, revision?: string): Uid {
  if (id.trim() === '') throw notFound('An object id must not be blank');
  return new Uid(id, revision);
}

export function objectNotFound(call: ObjectCall, id: string): ResourceError {
  return notFound(`Object ${id} not found on ${call.container}`);
}
