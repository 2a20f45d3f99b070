import {
  DEFAULT_POOL, DEFAULT_RESULTS_HANDLER, type ApiConfiguration, type ApiOperation, type ConfigurationProperty, type IcfValue,
  type ObjectPoolConfiguration, type ResultsHandlerConfiguration,
} from '../../model/index.js';
import { illegalArgument, quoted } from '../codec-errors.js';
import { nothing } from './attributes.js';
import { readOperation, readOperationSet, writeOperationSet } from './class-maps.js';
import { readElements, readEntries, writeElements, writeMap } from './collections.js';
import { isConfigurationType, isValueOfType } from './configuration-types.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { writeClass, writeInteger } from './scalars.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function readPool(reader: ObjectReader): ObjectPoolConfiguration {
  const pool: Mutable<ObjectPoolConfiguration> = { ...DEFAULT_POOL };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'maxObjects': pool.maxObjects = reader.int(); break;
      case 'maxIdle': pool.maxIdle = reader.int(); break;
      case 'maxWait': pool.maxWait = reader.long(); break;
      case 'minEvictableIdleTimeMillis': pool.minEvictableIdleTimeMillis = reader.long(); break;
      case 'minIdle': pool.minIdle = reader.int(); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return pool;
}

export function writePool(writer: ObjectWriter, pool: ObjectPoolConfiguration): void {
  writer.beginObject('ObjectPoolConfiguration');
  writer.intField('maxObjects', pool.maxObjects);
  writer.intField('maxIdle', pool.maxIdle);
  writer.longField('maxWait', pool.maxWait);
  writer.longField('minEvictableIdleTimeMillis', pool.minEvictableIdleTimeMillis);
  writer.intField('minIdle', pool.minIdle);
  writer.endObject();
}

const HANDLER_SWITCHES = [
  'enableNormalizingResultsHandler', 'enableFilteredResultsHandler', 'enableCaseInsensitiveFilter',
  'enableAttributesToGetSearchResultsHandler',
] as const;

export function readResultsHandler(reader: ObjectReader): ResultsHandlerConfiguration {
  const handler: Mutable<ResultsHandlerConfiguration> = { ...DEFAULT_RESULTS_HANDLER };
  while (reader.nextField()) {
    const name = HANDLER_SWITCHES.find((known) => known === reader.fieldName);
    if (name === undefined) reader.skip();
    else handler[name] = reader.boolean();
    reader.endField();
  }
  return handler;
}

export function writeResultsHandler(writer: ObjectWriter, handler: ResultsHandlerConfiguration): void {
  writer.beginObject('ResultsHandlerConfiguration');
  for (const name of HANDLER_SWITCHES) writer.booleanField(name, handler[name]);
  writer.endObject();
}

function checkProperty(name: string | undefined, type: string | undefined): { name: string; type: string } {
  if (name === undefined || name.trim() === '') throw illegalArgument('A configuration property needs a name.');
  if (type === undefined || !isConfigurationType(type)) {
    throw illegalArgument(`Configuration property ${quoted(name)} has the type ${quoted(type ?? 'none')}, which no property can have.`);
  }
  return { name, type };
}

interface PropertyParts extends Partial<Mutable<Omit<ConfigurationProperty, 'operations'>>> {
  operations?: ApiOperation[] | null;
}

function readPropertyField(reader: ObjectReader, parts: PropertyParts): void {
  switch (reader.fieldName) {
    case 'order': parts.order = reader.int(); break;
    case 'confidential': parts.confidential = reader.boolean(); break;
    case 'required': parts.required = reader.boolean(); break;
    case 'name': parts.name = reader.text(); break;
    case 'helpMessageKey': parts.helpMessageKey = reader.text(); break;
    case 'displayMessageKey': parts.displayMessageKey = reader.text(); break;
    case 'groupMessageKey': parts.groupMessageKey = reader.text(); break;
    case 'type': parts.type = reader.classReference(); break;
    case 'value': parts.value = reader.value(); break;
    case 'operations': parts.operations = reader.structure('Set', readOperationSet); break;
    default: reader.skip();
  }
}

export function readProperty(reader: ObjectReader): ConfigurationProperty {
  const parts: PropertyParts = {};
  while (reader.nextField()) {
    readPropertyField(reader, parts);
    reader.endField();
  }
  const value: IcfValue = parts.value ?? null;
  return {
    order: parts.order ?? 0,
    confidential: parts.confidential ?? false,
    required: parts.required ?? false,
    ...checkProperty(parts.name, parts.type),
    helpMessageKey: parts.helpMessageKey ?? null,
    displayMessageKey: parts.displayMessageKey ?? null,
    groupMessageKey: parts.groupMessageKey ?? null,
    value,
    operations: parts.operations ?? [],
  };
}

export function writeProperty(writer: ObjectWriter, property: ConfigurationProperty): void {
  checkProperty(property.name, property.type);
  if (!isValueOfType(property.type, property.value)) {
    throw illegalArgument(`The value of configuration property ${quoted(property.name)} is not of its type, ${property.type}.`);
  }
  writer.beginObject('ConfigurationProperty');
  writer.intField('order', property.order);
  writer.booleanField('confidential', property.confidential);
  writer.booleanField('required', property.required);
  writer.textField('name', property.name);
  writer.textField('helpMessageKey', property.helpMessageKey);
  writer.textField('displayMessageKey', property.displayMessageKey);
  writer.textField('groupMessageKey', property.groupMessageKey);
  writer.classField('type', property.type);
  writer.objectField('value', property.value);
  writer.structureField('operations', property.operations, writeOperationSet);
  writer.endObject();
}

const readElement = (reader: ObjectReader): ConfigurationProperty =>
  reader.structure('ConfigurationProperty', readProperty) ?? nothing('a configuration property');

/** Properties as the anonymous fields of a ConfigurationProperties or List object. */
export const readProperties: ObjectHandler<ConfigurationProperty[]> = (reader) => readElements(reader, readElement);

export function writeProperties(writer: ObjectWriter, properties: readonly ConfigurationProperty[]): void {
  writer.beginObject('ConfigurationProperties');
  for (const property of properties) writer.structureField(undefined, property, writeProperty);
  writer.endObject();
}

export function writePropertyList(writer: ObjectWriter, properties: readonly ConfigurationProperty[]): void {
  writeElements(writer, 'List', properties, writeProperty);
}

const readIntegerContent: ObjectHandler<number> = (reader) => {
  let value: number | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === '' && value === undefined) value = reader.int();
    else reader.skip();
    reader.endField();
  }
  return value ?? nothing('an Integer');
};

const readTimeouts: ObjectHandler<Map<ApiOperation, number>> = (reader) => {
  const timeouts = new Map<ApiOperation, number>();
  let operation: ApiOperation | undefined;
  readEntries(reader, () => { operation = readOperation(reader); }, () => {
    const timeout = reader.structure('Integer', readIntegerContent) ?? nothing('a timeout');
    if (operation !== undefined) timeouts.set(operation, timeout);
  });
  return timeouts;
};

const writeTimeouts = (writer: ObjectWriter, timeouts: ReadonlyMap<ApiOperation, number>): void => writeMap(writer, timeouts, writeClass, writeInteger);

interface ConfigurationParts {
  producerBufferSize: number;
  connectorPoolingSupported: boolean;
  pool: ObjectPoolConfiguration | null;
  resultsHandler: ResultsHandlerConfiguration | null;
  properties: ConfigurationProperty[] | null;
  timeouts: Map<ApiOperation, number> | null;
  operations: ApiOperation[] | null;
}

function readConfigurationField(reader: ObjectReader, parts: ConfigurationParts): void {
  switch (reader.fieldName) {
    case 'producerBufferSize': parts.producerBufferSize = reader.int(); break;
    case 'connectorPoolingSupported': parts.connectorPoolingSupported = reader.boolean(); break;
    case 'connectorPoolConfiguration': parts.pool = reader.structure('ObjectPoolConfiguration', readPool); break;
    case 'resultsHandlerConfiguration': parts.resultsHandler = reader.structure('ResultsHandlerConfiguration', readResultsHandler); break;
    case 'ConfigurationProperties': parts.properties = reader.structure('ConfigurationProperties', readProperties); break;
    case 'timeoutMap': parts.timeouts = reader.structure('Map', readTimeouts); break;
    case 'SupportedOperations': parts.operations = reader.structure('Set', readOperationSet); break;
    default: reader.skip();
  }
}

export function readApiConfiguration(reader: ObjectReader): ApiConfiguration {
  const parts: ConfigurationParts = {
    producerBufferSize: 0, connectorPoolingSupported: false, pool: null, resultsHandler: null, properties: null, timeouts: null, operations: null,
  };
  while (reader.nextField()) {
    readConfigurationField(reader, parts);
    reader.endField();
  }
  return {
    producerBufferSize: parts.producerBufferSize,
    connectorPoolingSupported: parts.connectorPoolingSupported,
    pool: parts.pool ?? DEFAULT_POOL,
    resultsHandler: parts.resultsHandler ?? DEFAULT_RESULTS_HANDLER,
    properties: parts.properties ?? nothing('the properties of an APIConfiguration'),
    timeouts: parts.timeouts ?? nothing('the timeouts of an APIConfiguration'),
    supportedOperations: new Set(parts.operations ?? nothing('the supported operations of an APIConfiguration')),
  };
}

export function writeApiConfiguration(writer: ObjectWriter, configuration: ApiConfiguration): void {
  writer.beginObject('APIConfiguration');
  writer.intField('producerBufferSize', configuration.producerBufferSize);
  writer.booleanField('connectorPoolingSupported', configuration.connectorPoolingSupported);
  writer.structureField('connectorPoolConfiguration', configuration.pool, writePool);
  writer.structureField('resultsHandlerConfiguration', configuration.resultsHandler, writeResultsHandler);
  writer.structureField('ConfigurationProperties', configuration.properties, writeProperties);
  writer.structureField('timeoutMap', configuration.timeouts, writeTimeouts);
  writer.structureField('SupportedOperations', configuration.supportedOperations, writeOperationSet);
  writer.endObject();
}
