import type { AnyConnector } from './define-connector.js';
import { offeredOperations } from './offered-operations.js';
import type { ApiOperation, ConnectorKey } from '../../protocol/model/index.js';
import type { Bundle, DescribedObjectClass } from './spi.js';

/** A configuration property as the specification files write it. */
export interface DescribedProperty {
  readonly group: string;
  readonly name: string;
  readonly type: string;
  readonly default: string | number | boolean | readonly string[] | null;
  readonly confidential: boolean;
  readonly required: boolean;
  /** The only operations it is for; empty: all. */
  readonly operations: readonly ApiOperation[];
  readonly purpose: string;
}

/** A connector as data, with the keys of the specification files. */
export interface ConnectorDescription {
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly connectorRef: ConnectorKey;
  /** Further bundles under whose names and versions a provisioner file may ask for it. */
  readonly alternativeBundles: readonly Bundle[];
  readonly interfaces: readonly string[];
  readonly objectClasses: readonly DescribedObjectClass[];
  readonly configurationProperties: readonly DescribedProperty[];
}

/** ICF's interfaces by the names the documentation gives them; what has no name there is no interface of a connector. */
const INTERFACES: readonly (readonly [ApiOperation, string])[] = [
  ['AuthenticationApiOp', 'Authenticate'], ['BatchApiOp', 'Batch'], ['CreateApiOp', 'Create'], ['DeleteApiOp', 'Delete'],
  ['ResolveUsernameApiOp', 'Resolve Username'], ['SchemaApiOp', 'Schema'], ['ScriptOnConnectorApiOp', 'Script on Connector'],
  ['ScriptOnResourceApiOp', 'Script on Resource'], ['SearchApiOp', 'Search'], ['SyncApiOp', 'Sync'], ['TestApiOp', 'Test'],
  ['UpdateApiOp', 'Update'],
];

/** Everything a person or a tool wants to know of a connector before configuring it. */
export function describeConnector(connector: AnyConnector): ConnectorDescription {
  const offered = offeredOperations(connector);
  return {
    id: connector.id,
    title: connector.displayName,
    family: connector.family,
    connectorRef: { ...connector.key },
    alternativeBundles: connector.alternativeBundles ?? [],
    interfaces: INTERFACES.filter(([operation]) => offered.has(operation)).map(([, name]) => name),
    objectClasses: connector.objectClasses,
    configurationProperties: Object.entries(connector.properties).map(([name, property]) => ({
      group: property.group, name, type: property.type, default: property.default,
      confidential: property.confidential, required: property.required, operations: property.operations, purpose: property.help,
    })),
  };
}
