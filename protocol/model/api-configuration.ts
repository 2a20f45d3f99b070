import type { ApiOperation } from './api-operations.js';
import type { IcfValue } from './values.js';

/** Names a connector exactly; never a version range on the wire. */
export interface ConnectorKey {
  readonly bundleName: string;
  readonly bundleVersion: string;
  readonly connectorName: string;
}

export function connectorKeyText(key: ConnectorKey): string {
  return `${key.connectorName} (${key.bundleName} ${key.bundleVersion})`;
}

export interface ConfigurationProperty {
  readonly order: number;
  readonly confidential: boolean;
  readonly required: boolean;
  readonly name: string;
  readonly helpMessageKey: string | null;
  readonly displayMessageKey: string | null;
  readonly groupMessageKey: string | null;
  /** ICF type name, e.g. `String`, `int`, `String[]`, `GuardedString`, `File`. */
  readonly type: string;
  readonly value: IcfValue;
  /** Operations that need the property. */
  readonly operations: readonly ApiOperation[];
}

/** Times in milliseconds. */
export interface ObjectPoolConfiguration {
  readonly maxObjects: number;
  readonly maxIdle: number;
  readonly maxWait: bigint;
  readonly minEvictableIdleTimeMillis: bigint;
  readonly minIdle: number;
}

export const DEFAULT_POOL: ObjectPoolConfiguration = {
  maxObjects: 10, maxIdle: 10, maxWait: 150_000n, minEvictableIdleTimeMillis: 120_000n, minIdle: 1,
};

export interface ResultsHandlerConfiguration {
  readonly enableNormalizingResultsHandler: boolean;
  readonly enableFilteredResultsHandler: boolean;
  readonly enableCaseInsensitiveFilter: boolean;
  readonly enableAttributesToGetSearchResultsHandler: boolean;
}

export const DEFAULT_RESULTS_HANDLER: ResultsHandlerConfiguration = {
  enableNormalizingResultsHandler: true,
  enableFilteredResultsHandler: true,
  enableCaseInsensitiveFilter: false,
  enableAttributesToGetSearchResultsHandler: true,
};

/** A connector's whole configuration, secrets included; its object stream is the facade key (protocol section 8). */
export interface ApiConfiguration {
  readonly producerBufferSize: number;
  readonly connectorPoolingSupported: boolean;
  readonly pool: ObjectPoolConfiguration;
  readonly resultsHandler: ResultsHandlerConfiguration;
  readonly properties: readonly ConfigurationProperty[];
  /** Milliseconds; -1 none. */
  readonly timeouts: ReadonlyMap<ApiOperation, number>;
  readonly supportedOperations: ReadonlySet<ApiOperation>;
}

/** What an agent publishes of one connector. */
export interface ConnectorInfo {
  readonly key: ConnectorKey;
  readonly displayNameKey: string;
  readonly categoryKey: string | null;
  /** locale (`language_COUNTRY`, empty for the default) → message key → text */
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly defaultConfiguration: ApiConfiguration;
}
