import type { ScriptedFamily } from '../../../engines/scripted/scripted-connector.js';
import { config as properties, type MongoConfig } from '../config.js';
import type { DatabaseSession } from '../connection/mongo-session.js';
import { ScriptFunctions } from './script-functions.js';
import { MONGO_LIBRARY } from './script-library.js';

/** Scripts of one's own: `connection` is the database. */
export const scripts: ScriptedFamily<MongoConfig, DatabaseSession> = {
  properties,
  // An address may hold a password.
  secrets: ['connectionURI'],
  bindings: (session) => {
    const { config } = session;
    const functions = new ScriptFunctions(session);
    return {
      variables: new Map(), functions: functions.functions(), library: MONGO_LIBRARY, secrets: config.password === null ? [] : [config.password],
      hasWritten: () => functions.hasWritten, close: () => functions.close(),
    };
  },
  test: async ({ database, checkPermitted }, _config, { signal }) => {
    await database.command({ ping: 1 }, { signal });
    checkPermitted();
  },
};
