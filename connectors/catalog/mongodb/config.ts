import { scriptEngineProperties, scriptSlots } from '../../engines/scripted/script-properties.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, integer, properties, text, textList, withGroup, type ConfigOf } from '../../framework/properties.js';

/** A whole number as text: so the sample provisioner file of the Java connector writes its port. */
const DIGITS = /^\d{1,10}$/;

function integerOrDigits(options: { readonly default: number; readonly help: string }) {
  const property = integer(options);
  return { ...property, read: (value: Parameters<typeof property.read>[0]) => property.read(typeof value === 'string' && DIGITS.test(value.trim()) ? Number(value) : value) };
}

const basic = withGroup('Basic Configuration Properties', {
  connectionURI: text({ help: 'Address of the database as MongoDB writes it, such as mongodb://localhost:27017. Wins over host, port, user, password, userDatabase, clusterAddresses and the TLS properties.' }),
  host: text({ default: 'localhost', help: 'Host name of the server.' }),
  port: integerOrDigits({ default: 27_017, help: 'Port of the server.' }),
  user: text({ help: 'Database user to log in as. Empty: no login.' }),
  password: guarded({ help: 'Password of the user.' }),
  userDatabase: text({ help: 'Database the user is defined in. Empty: admin.' }),
  clusterAddresses: textList({ default: null, help: 'Further members of the cluster as host:port.' }),
  dateAttributes: textList({ help: 'Attributes whose values become dates of the database.' }),
  database: text({ help: 'Database to work on. Empty: the one connectionURI names.' }),
  arrayAttributes: textList({ help: 'Attributes stored as arrays even with one value.' }),
  includeNullValue: flag({ default: false, help: 'Store attributes without a value as null instead of leaving them out.' }),
  includeEmptyList: flag({ default: false, help: 'Store empty lists instead of leaving them out.' }),
  dateFormat: text({ default: 'yyyy-MM-dd\'T\'HH:mm:ss\'Z\'', help: 'Pattern dates are read and written with, by the letters of the Java date formats.' }),
  timeZone: text({ default: 'UTC', help: 'Time zone of dates whose pattern has none.' }),
  ICFName: text({ default: 'name', help: 'Field of a document that holds the name of the object.' }),
});

const connection = withGroup('Connection Configuration Properties', {
  sslEnabled: flag({ default: true, help: 'Connect with TLS.' }),
  sslHostNameValidation: flag({ default: true, help: 'With TLS, check that the certificate of the server is for the host connected to.' }),
  maxConnectionIdleTime: integer({ default: 0, help: 'Milliseconds an unused connection is kept. 0: no limit.' }),
  maxConnectionLifeTime: integer({ default: 0, help: 'Milliseconds a connection is used for. 0: no limit.' }),
  minConnectionsPerHost: integer({ default: 0, help: 'Connections to a server kept at least.' }),
  maxConnectionsPerHost: integer({ default: 5, help: 'Connections to a server at most.' }),
});

/** Not in the Java connector: documents and changes without a script. */
const own = withGroup(OWN_PROPERTIES, {
  collections: textList({ help: 'Object classes made of the documents of a collection, as objectClass=collection, such as __ACCOUNT__=people. Empty: the users and roles of the database.' }),
  syncMode: text({ help: 'How changes of documents are found without a script: changeStream (replica sets and sharded clusters) or timestamp (without deletions). Empty: not at all.' }),
  timestampField: text({ help: 'Field of every document with the time of its last change, for syncMode timestamp.' }),
});

export const BUNDLED_ROOT = '!/scripts/mongodb/';

/** Slots that the Java connector fills with a script it brings along; here they name what is built in. */
export const BUNDLED = {
  create: 'usersRoles/Create.groovy', delete: 'usersRoles/Delete.groovy', schema: 'usersRoles/Schema.groovy',
  search: 'usersRoles/Search.groovy', test: 'usersRoles/Test.groovy', update: 'usersRoles/Update.groovy',
} as const;

/** The properties of the Java connector 1.5.20.26 as it documents them, and three of ours. */
export const config = properties({
  ...basic,
  ...connection,
  ...scriptEngineProperties({ scriptRoots: [BUNDLED_ROOT] }),
  ...scriptSlots(BUNDLED),
  ...own,
});

export type MongoConfig = ConfigOf<typeof config>;
