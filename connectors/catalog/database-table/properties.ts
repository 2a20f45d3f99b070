import { flag, properties, text, withGroup } from '../../framework/properties.js';
import { poolProperties } from '../../engines/sql/pool-properties.js';

/** The properties of the Java connector 1.5.20.26, numbered as in 2.0.1 as far as that has them. */
export const config = properties({
  ...poolProperties,
  ...withGroup('Basic Configuration Properties', {
    quoting: text({ order: 1, default: 'NONE', help: 'Quotes around column names in SQL: None, Single, Double, Back or Brackets.' }),
    // A database may need no password, so none is required, whatever the specification's table says.
    password: text({ order: 5, confidential: true, help: 'Password for the database.' }),
    table: text({ order: 7, required: true, default: 'TABLE_NAME', help: 'Table the accounts are in.' }),
    keyColumn: text({ order: 8, required: true, default: 'KEY_COLUMN', help: 'Column that identifies a row.' }),
    passwordColumn: text({ order: 9, help: 'Column with the passwords. Empty: passwords are not checked.' }),
    disablePaging: flag({ order: 10, required: true, default: false, help: 'Ignore requests for pages; for databases without a known form of paging.' }),
    enableEmptyString: flag({ order: 12, default: false, help: 'Write an empty text as such and not as NULL into columns that must not be null. Not for Oracle.' }),
    rethrowAllSQLExceptions: flag({ order: 14, default: true, help: 'false: SQL errors with the code 0 are ignored.' }),
    nativeTimestamps: flag({ order: 15, default: false, help: 'Keep timestamps as timestamps instead of text.' }),
    allNative: flag({ order: 16, default: false, help: 'Keep the values of all columns in their own type instead of text.' }),
    changeLogColumn: text({ order: 19, operations: ['SyncApiOp'], help: 'Column with the time of the latest change. Without it there is no sync.' }),
    suppressPassword: flag({ order: 22, default: true, help: 'Never return passwords. false: return them when asked for by name.' }),
    inclusiveSync: flag({ order: 23, default: false, help: 'Sync returns changes at the time of the token once more, besides later ones.' }),
    returnGeneratedKeys: flag({ order: 24, default: true, help: 'Ask the database for generated keys on create. Oracle may need false.' }),
  }),
});
