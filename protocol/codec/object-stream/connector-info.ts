import { Locale, type ApiConfiguration, type ConnectorInfo, type ConnectorKey } from '../../model/index.js';
import { illegalArgument } from '../codec-errors.js';
import { nothing } from './attributes.js';
import { readElements, readEntries, writeElements, writeMap } from './collections.js';
import { readApiConfiguration, writeApiConfiguration } from './configuration.js';
import type { ObjectHandler, ObjectReader } from './object-reader.js';
import type { ObjectWriter } from './object-writer.js';
import { readString } from './options.js';
import { readLocale, writeLocale, writeString } from './scalars.js';

type Catalog = ReadonlyMap<string, string>;
type Catalogs = ReadonlyMap<string, Catalog>;

export function readConnectorKey(reader: ObjectReader): ConnectorKey {
  let bundleName: string | undefined;
  let bundleVersion: string | undefined;
  let connectorName: string | undefined;
  while (reader.nextField()) {
    if (reader.fieldName === 'bundleName') bundleName = reader.text();
    else if (reader.fieldName === 'bundleVersion') bundleVersion = reader.text();
    else if (reader.fieldName === 'connectorName') connectorName = reader.text();
    else reader.skip();
    reader.endField();
  }
  if (bundleName === undefined || bundleVersion === undefined || connectorName === undefined) {
    throw illegalArgument('A connector key needs bundle name, bundle version and connector name.');
  }
  return { bundleName, bundleVersion, connectorName };
}

export function writeConnectorKey(writer: ObjectWriter, key: ConnectorKey): void {
  writer.beginObject('ConnectorKey');
  writer.textField('bundleName', key.bundleName);
  writer.textField('bundleVersion', key.bundleVersion);
  writer.textField('connectorName', key.connectorName);
  writer.endObject();
}

function localeText({ language, country, variant }: Locale): string {
  if (variant !== '') return `${language}_${country}_${variant}`;
  return country === '' ? language : `${language}_${country}`;
}

function localeOf(text: string): Locale {
  const [language = '', country = '', ...variant] = text.split('_');
  return new Locale(language, country, variant.join('_'));
}

const readCatalog: ObjectHandler<Catalog> = (reader) => {
  const catalog = new Map<string, string>();
  let key = '';
  readEntries(reader, () => { key = readString(reader) ?? nothing('a message key'); }, () => {
    const text = readString(reader);
    if (text !== null) catalog.set(key, text);
  });
  return catalog;
};

const readCatalogs: ObjectHandler<Catalogs> = (reader) => {
  const catalogs = new Map<string, Catalog>();
  let locale = '';
  readEntries(reader, () => { locale = localeText(reader.structure('Locale', readLocale) ?? nothing('a locale')); }, () => {
    catalogs.set(locale, reader.structure('Map', readCatalog) ?? new Map());
  });
  return catalogs;
};

export function readMessages(reader: ObjectReader): Catalogs {
  let catalogs: Catalogs | null = null;
  while (reader.nextField()) {
    if (reader.fieldName === 'catalogs') catalogs = reader.structure('Map', readCatalogs);
    else reader.skip();
    reader.endField();
  }
  return catalogs ?? new Map();
}

const writeLocaleText = (writer: ObjectWriter, text: string): void => writeLocale(writer, localeOf(text));
const writeCatalog = (writer: ObjectWriter, catalog: Catalog): void => writeMap(writer, catalog, writeString, writeString);
const writeCatalogs = (writer: ObjectWriter, catalogs: Catalogs): void => writeMap(writer, catalogs, writeLocaleText, writeCatalog);

export function writeMessages(writer: ObjectWriter, catalogs: Catalogs): void {
  writer.beginObject('ConnectorMessages');
  writer.structureField('catalogs', catalogs, writeCatalogs);
  writer.endObject();
}

interface InfoParts {
  displayNameKey: string;
  categoryKey: string | null;
  key: ConnectorKey | null;
  messages: Catalogs | null;
  configuration: ApiConfiguration | null;
}

export function readConnectorInfo(reader: ObjectReader): ConnectorInfo {
  const parts: InfoParts = { displayNameKey: '', categoryKey: null, key: null, messages: null, configuration: null };
  while (reader.nextField()) {
    switch (reader.fieldName) {
      case 'connectorDisplayNameKey': parts.displayNameKey = reader.text(); break;
      case 'connectorCategoryKey': parts.categoryKey = reader.text(); break;
      case 'ConnectorKey': parts.key = reader.structure('ConnectorKey', readConnectorKey); break;
      case 'ConnectorMessages': parts.messages = reader.structure('ConnectorMessages', readMessages); break;
      case 'APIConfiguration': parts.configuration = reader.structure('APIConfiguration', readApiConfiguration); break;
      default: reader.skip();
    }
    reader.endField();
  }
  return {
    key: parts.key ?? nothing('the key of a ConnectorInfo'),
    displayNameKey: parts.displayNameKey,
    categoryKey: parts.categoryKey,
    messages: parts.messages ?? new Map(),
    defaultConfiguration: parts.configuration ?? nothing('the configuration of a ConnectorInfo'),
  };
}

export function writeConnectorInfo(writer: ObjectWriter, info: ConnectorInfo): void {
  writer.beginObject('ConnectorInfo');
  writer.textField('connectorDisplayNameKey', info.displayNameKey);
  writer.textField('connectorCategoryKey', info.categoryKey);
  writer.structureField('ConnectorKey', info.key, writeConnectorKey);
  writer.structureField('ConnectorMessages', info.messages, writeMessages);
  writer.structureField('APIConfiguration', info.defaultConfiguration, writeApiConfiguration);
  writer.endObject();
}

const readElement = (reader: ObjectReader): ConnectorInfo => reader.structure('ConnectorInfo', readConnectorInfo) ?? nothing('a ConnectorInfo');

/** The fields of a List of connector infos. */
export const readConnectorInfos: ObjectHandler<ConnectorInfo[]> = (reader) => readElements(reader, readElement);

export function writeConnectorInfos(writer: ObjectWriter, infos: Iterable<ConnectorInfo>): void {
  writeElements(writer, 'List', infos, writeConnectorInfo);
}
