import { ConnectorError } from '../../../protocol/model/index.js';
import {
  SCRIPTED_SEARCH, filterForScripts, openScripted, scriptTargets, scriptedOperations, unavailableOperations, validateGroovyScripts, validateScripts, type ScriptedFamily,
} from '../../engines/scripted/scripted-connector.js';
import { SCRIPTED_OBJECT_CLASSES } from '../../engines/scripted/described-classes.js';
import { jdbcPool } from '../../engines/sql/jdbc-session.js';
import { jdbcTargets } from '../../engines/sql/jdbc-url.js';
import { validatePool } from '../../engines/sql/pool-settings.js';
import { translateSqlError } from '../../engines/sql/sql-errors.js';
import { groovyBundles } from '../../engines/scripted/groovy-bundles.js';
import { defineConnector } from '../../framework/define-connector.js';
import { config } from './properties.js';
import { SqlFunctions } from './sql-functions.js';
import { SQL_LIBRARY } from './sql-library.js';
import { SqlSession, type SqlConfig } from './sql-session.js';

const family: ScriptedFamily<SqlConfig, SqlSession> = {
  properties: config,
  bindings: (session, _settings, call) => {
    const sql = new SqlFunctions(session, call.log);
    return {
      variables: new Map(), functions: sql.functions(), library: SQL_LIBRARY, hasWritten: () => sql.hasWritten, finish: (signal) => sql.finish(signal), close: () => sql.close(),
    };
  },
  test: async ({ main: { connection } }, { validationQuery }, { signal }) => connection.ping(validationQuery, 0, signal),
};

function validate(settings: SqlConfig): void {
  const { url, dataSourceJNDI } = settings;
  if ((url ?? '').trim() === '' && (dataSourceJNDI ?? '').trim() !== '') throw new ConnectorError('configuration', 'dataSourceJNDI: there are no JNDI data sources here; give the address of the database in url.');
  validatePool(settings);
  validateScripts(settings);
}

/** A database, each operation a script of the operator's own. */
export default defineConnector({
  id: 'scripted-sql',
  displayName: 'Scripted SQL Connector',
  family: 'Scripted',
  key: {
    bundleName: 'org.forgerock.openicf.connectors.scriptedsql-connector',
    bundleVersion: '1.5.20.26',
    connectorName: 'org.forgerock.openicf.connectors.scriptedsql.ScriptedSQLConnector',
  },
  alternativeBundles: groovyBundles,
  properties: config,
  objectClasses: SCRIPTED_OBJECT_CLASSES,
  pooled: true,
  validate,
  validateHere: (settings, context) => validateGroovyScripts(settings, context),
  targets: (settings) => [...jdbcTargets(settings.url ?? ''), ...scriptTargets(settings)],
  open: async (settings, context) => {
    const own = await SqlSession.open(settings, context);
    try {
      return await openScripted(family, settings, own, context);
    } catch (error) {
      await own.close();
      throw error;
    }
  },
  close: ({ own }) => own.close(),
  isAlive: ({ own }, signal) => own.isAlive(signal),
  reusable: ({ own }, signal) => own.isReusable(signal),
  poolLimits: (settings) => jdbcPool(settings),
  search: SCRIPTED_SEARCH,
  nativeFilter: filterForScripts,
  translateError: translateSqlError,
  unavailable: unavailableOperations,
  operations: scriptedOperations(family),
});
