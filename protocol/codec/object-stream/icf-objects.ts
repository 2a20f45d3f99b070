import { IcfObject, OperationOptions, type IcfObjectTypes, type ScriptArguments } from '../../model/index.js';
import { readConnectorObject, writeConnectorObject } from './attributes.js';
import {
  readApiConfiguration, readPool, readProperties, readProperty, readResultsHandler, writeApiConfiguration, writePool, writeProperties,
  writeProperty, writeResultsHandler,
} from './configuration.js';
import { readConnectorInfo, readConnectorKey, readMessages, writeConnectorInfo, writeConnectorKey, writeMessages } from './connector-info.js';
import { readException, readWrappedException, writeException, writeWrappedException } from './exceptions.js';
import { filterHandlers, writeFilter } from './filters.js';
import {
  readBatchEmptyResult, readBatchResult, readBatchTask, readBatchToken, writeBatchEmptyResult, writeBatchResult, writeBatchTask, writeBatchToken,
} from './legacy-batch.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { readNamedValues, readOptions, readString, scriptOf, writeNamedValues, writeOptions } from './options.js';
import { writeString } from './scalars.js';
import {
  readAttributeFlag, readAttributeInfo, readObjectClassInfo, readOperationOptionInfo, readSchema, writeAttributeFlag, writeAttributeInfo,
  writeObjectClassInfo, writeOperationOptionInfo, writeSchema,
} from './schema.js';
import { readDeltaKind, readSearchResult, readSyncDelta, readSyncToken, writeDeltaKind, writeSearchResult, writeSyncDelta, writeSyncToken } from './sync.js';
import { EXCEPTION_TYPES } from './type-names.js';

function readScriptContext(reader: ObjectReader): IcfObjectTypes['ScriptContext'] {
  let language: string | undefined;
  let text: string | null = null;
  let scriptArguments: ScriptArguments | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'scriptLanguage') language = reader.text();
    else if (reader.fieldName === 'scriptArguments') scriptArguments = reader.structure('Map', readNamedValues);
    else if (reader.fieldName === 'scriptText') text = readString(reader);
    else reader.skip();
    reader.endField();
  }
  return { script: scriptOf(language, text), scriptArguments: scriptArguments ?? OperationOptions.none.entries };
}

function writeScriptContext(writer: ObjectWriter, { script, scriptArguments }: IcfObjectTypes['ScriptContext']): void {
  writer.beginObject('ScriptContext');
  writer.textField('scriptLanguage', script.language);
  writer.structureField('scriptArguments', scriptArguments, writeNamedValues);
  writer.structureField('scriptText', script.text, writeString);
  writer.endObject();
}

type Pair<K extends keyof IcfObjectTypes> = {
  /** Type names in the object stream. */
  readonly names: readonly string[];
  readonly read: ObjectHandler<IcfObjectTypes[K]>;
  readonly write: (writer: ObjectWriter, value: IcfObjectTypes[K]) => void;
};

const pairs: { readonly [K in keyof IcfObjectTypes]: Pair<K> } = {
  APIConfiguration: { names: ['APIConfiguration'], read: readApiConfiguration, write: writeApiConfiguration },
  AttributeInfo: { names: ['AttributeInfo'], read: readAttributeInfo, write: writeAttributeInfo },
  AttributeInfoFlag: { names: ['AttributeInfoFlag'], read: readAttributeFlag, write: writeAttributeFlag },
  BatchEmptyResult: { names: ['BatchEmptyResult'], read: readBatchEmptyResult, write: writeBatchEmptyResult },
  BatchResult: { names: ['BatchResult'], read: readBatchResult, write: writeBatchResult },
  BatchTask: { names: ['CreateBatchTask', 'UpdateBatchTask', 'DeleteBatchTask'], read: readBatchTask, write: writeBatchTask },
  BatchToken: { names: ['BatchToken'], read: readBatchToken, write: writeBatchToken },
  ConfigurationProperties: { names: ['ConfigurationProperties'], read: readProperties, write: writeProperties },
  ConfigurationProperty: { names: ['ConfigurationProperty'], read: readProperty, write: writeProperty },
  ConnectorInfo: { names: ['ConnectorInfo'], read: readConnectorInfo, write: writeConnectorInfo },
  ConnectorKey: { names: ['ConnectorKey'], read: readConnectorKey, write: writeConnectorKey },
  ConnectorMessages: { names: ['ConnectorMessages'], read: readMessages, write: writeMessages },
  ConnectorObject: { names: ['ConnectorObject'], read: readConnectorObject, write: writeConnectorObject },
  Exception: { names: EXCEPTION_TYPES, read: readException, write: writeException },
  Filter: {
    names: [...filterHandlers.keys()],
    read: (reader, typeName) => {
      const handler = filterHandlers.get(typeName);
      if (handler === undefined) throw new TypeError(`${typeName} is no filter.`);
      return handler(reader, typeName);
    },
    write: writeFilter,
  },
  ObjectClassInfo: { names: ['ObjectClassInfo'], read: readObjectClassInfo, write: writeObjectClassInfo },
  ObjectPoolConfiguration: { names: ['ObjectPoolConfiguration'], read: readPool, write: writePool },
  OperationOptionInfo: { names: ['OperationOptionInfo'], read: readOperationOptionInfo, write: writeOperationOptionInfo },
  OperationOptions: { names: ['OperationOptions'], read: readOptions, write: writeOptions },
  RemoteWrappedException: { names: ['RemoteWrappedException'], read: readWrappedException, write: writeWrappedException },
  ResultsHandlerConfiguration: { names: ['ResultsHandlerConfiguration'], read: readResultsHandler, write: writeResultsHandler },
  Schema: { names: ['Schema'], read: readSchema, write: writeSchema },
  ScriptContext: { names: ['ScriptContext'], read: readScriptContext, write: writeScriptContext },
  SearchResult: { names: ['SearchResult'], read: readSearchResult, write: writeSearchResult },
  SyncDelta: { names: ['SyncDelta'], read: readSyncDelta, write: writeSyncDelta },
  SyncDeltaType: { names: ['SyncDeltaType'], read: readDeltaKind, write: writeDeltaKind },
  SyncToken: { names: ['SyncToken'], read: readSyncToken, write: writeSyncToken },
};

function readersOf<K extends keyof IcfObjectTypes>(type: K): (readonly [string, ObjectHandler])[] {
  const { names, read } = pairs[type];
  return names.map((name) => [name, (reader: ObjectReader, typeName: string) => new IcfObject(type, read(reader, typeName))] as const);
}

/** Framework objects met where any value may stand. */
export const icfObjectReaders: readonly (readonly [string, ObjectHandler])[] =
  (Object.keys(pairs) as (keyof IcfObjectTypes)[]).flatMap((type) => readersOf(type));

export function writeIcfObject<K extends keyof IcfObjectTypes>(writer: ObjectWriter, object: IcfObject<K>): void {
  pairs[object.type].write(writer, object.value);
}
