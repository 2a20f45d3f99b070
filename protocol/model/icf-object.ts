import type { ApiConfiguration, ConfigurationProperty, ConnectorInfo, ConnectorKey, ObjectPoolConfiguration, ResultsHandlerConfiguration } from './api-configuration.js';
import type { ConnectorObject } from './connector-object.js';
import type { ConnectorError } from './errors.js';
import type { Filter } from './filter.js';
import type { OperationOptions } from './operation-options.js';
import type { BatchEnd, BatchTask, ScriptArguments } from './operations.js';
import type { AttributeFlag, AttributeInfo, ObjectClassInfo, OperationOptionInfo, Schema } from './schema.js';
import type { SearchResult } from './search-result.js';
import type { SyncDelta, SyncDeltaKind, SyncToken } from './sync.js';
import type { IcfValue, Script } from './values.js';

/** One result of a legacy batch. */
export interface LegacyBatchResult {
  readonly result: IcfValue;
  readonly token: BatchEnd | null;
  readonly resultId: string | null;
  readonly complete: boolean;
  readonly error: boolean;
}

/**
 * Framework objects that a peer may send where a value is expected (a script's result can be anything), by the name of
 * their type in the object stream. `Filter`, `Exception` and `BatchTask` stand for families of such types.
 */
export interface IcfObjectTypes {
  APIConfiguration: ApiConfiguration;
  AttributeInfo: AttributeInfo;
  AttributeInfoFlag: AttributeFlag;
  BatchEmptyResult: { readonly message: string | null };
  BatchResult: LegacyBatchResult;
  BatchTask: BatchTask;
  BatchToken: BatchEnd;
  ConfigurationProperties: readonly ConfigurationProperty[];
  ConfigurationProperty: ConfigurationProperty;
  ConnectorInfo: ConnectorInfo;
  ConnectorKey: ConnectorKey;
  ConnectorMessages: ReadonlyMap<string, ReadonlyMap<string, string>>;
  ConnectorObject: ConnectorObject;
  Exception: ConnectorError;
  Filter: Filter;
  ObjectClassInfo: ObjectClassInfo;
  ObjectPoolConfiguration: ObjectPoolConfiguration;
  OperationOptionInfo: OperationOptionInfo;
  OperationOptions: OperationOptions;
  /** An exception with class, message and causes as data; the stack trace is dropped. */
  RemoteWrappedException: ConnectorError;
  ResultsHandlerConfiguration: ResultsHandlerConfiguration;
  Schema: Schema;
  ScriptContext: { readonly script: Script; readonly scriptArguments: ScriptArguments };
  SearchResult: SearchResult;
  SyncDelta: SyncDelta;
  SyncDeltaType: SyncDeltaKind;
  SyncToken: SyncToken;
}

/** A framework object met as a value. No attribute, option or configuration property can hold one. */
export class IcfObject<K extends keyof IcfObjectTypes = keyof IcfObjectTypes> {
  readonly type: K;
  readonly value: IcfObjectTypes[K];

  constructor(type: K, value: IcfObjectTypes[K]) {
    this.type = type;
    this.value = value;
  }

  /** The value if the object is of the type. */
  as<T extends keyof IcfObjectTypes>(type: T): IcfObjectTypes[T] | undefined {
    return (this.type as string) === type ? (this.value as unknown as IcfObjectTypes[T]) : undefined;
  }
}
