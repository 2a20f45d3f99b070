import type { ApiOperation, ConnectorFacade } from '../../protocol/model/index.js';
import { ResourceError, notSupported } from '../crest/resource-error.js';
import type { ObjectType } from './object-type.js';
import type { OperationFeature } from './provisioner-source.js';
import type { SystemSetup } from './system.js';

/** Names as `operationOptions` has them. */
export type RestrictedOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'GET' | 'SEARCH' | 'SYNC' | 'AUTHENTICATE';

/**
 * Honours `operationOptions`: `denied` refuses with 403, a type that is not in `supportedObjectTypes` with 501; a type's
 * own `objectFeatures` win. Options described there are the connector's business and change nothing here.
 */
export function requireAllowed(setup: SystemSetup, type: ObjectType, operation: RestrictedOperation): void {
  const general = setup.source.operationOptions[operation];
  if (general === undefined) return;
  const features = general.objectFeatures ?? {};
  const own: OperationFeature | undefined = features[type.name] ?? features[type.objectClass];
  const supported = own?.supportedObjectTypes ?? general.supportedObjectTypes;
  if (own?.denied ?? general.denied ?? false) throw new ResourceError(403, `Operation ${operation} is configured to be denied`);
  if (supported !== undefined && !supported.includes(type.objectClass)) throw notSupported('Actions are not supported for resource instances');
}

/** Throws 501 when the connector lacks an operation. */
export function requireSupported(facade: ConnectorFacade, operation: ApiOperation): void {
  const isThere = facade.supportedOperations.has(operation) || (operation === 'GetApiOp' && facade.supportedOperations.has('SearchApiOp'));
  if (!isThere) throw notSupported(`Operation org.identityconnectors.framework.api.operations.${operation} is not supported by the Connector`);
}
