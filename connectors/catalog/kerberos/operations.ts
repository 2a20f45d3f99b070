import { ConnectorError } from '../../../protocol/model/index.js';
import { scriptedOperations, type ScriptedSession } from '../../engines/scripted/scripted-connector.js';
import type { SlotName } from '../../engines/scripted/script-slots.js';
import type { ShellSession } from '../../engines/shell/shell-session.js';
import type { ConnectorOperations } from '../../framework/spi.js';
import { create } from './create.js';
import { remove } from './delete.js';
import { schema } from './schema.js';
import { scriptOnResource } from './script-on-resource.js';
import { search } from './search.js';
import { family, isBuiltIn, type KerberosSession } from './session.js';
import { test } from './test.js';
import { update } from './update.js';
import type { KerberosConfig } from './settings.js';

type Operations = Required<ConnectorOperations<KerberosSession>>;
type Scripted = Required<ConnectorOperations<ScriptedSession<KerberosConfig, ShellSession | undefined>>>;

const scripted = scriptedOperations(family) as Scripted;

function scriptsOf(session: KerberosSession): ScriptedSession<KerberosConfig, ShellSession | undefined> {
  if (session.scripted === undefined) throw new ConnectorError('unsupportedOperation', 'No script serves this operation: its slot is empty.', { outcome: 'notApplied' });
  return session.scripted;
}

function builtIn({ config }: KerberosSession, slot: SlotName): boolean {
  return isBuiltIn(config, slot);
}

/** What the Java connector's scripts do is done here; slots that name other scripts are served by these. */
export const operations: Omit<Operations, 'scriptOnConnector' | 'addValues' | 'removeValues' | 'splitFilter'> = {
  test: async (session, call) => {
    if (builtIn(session, 'testScriptFileName')) await test(session, call);
    else if (session.scripted !== undefined) await scripted.test(session.scripted, call);
  },
  schema: (session, call) => (builtIn(session, 'schemaScriptFileName') ? schema() : scripted.schema(scriptsOf(session), call)),
  search: (session, request, call) => (builtIn(session, 'searchScriptFileName') ? search(session, request, call) : scripted.search(scriptsOf(session), request, call)),
  create: async (session, request, call) => (builtIn(session, 'createScriptFileName') ? create(session, request, call) : scripted.create(scriptsOf(session), request, call)),
  update: async (session, request, call) => (builtIn(session, 'updateScriptFileName') ? update(session, request, call) : scripted.update(scriptsOf(session), request, call)),
  delete: async (session, request, call) => (builtIn(session, 'deleteScriptFileName') ? remove(session, request, call) : scripted.delete(scriptsOf(session), request, call)),
  scriptOnResource: async (session, request, call) => (
    builtIn(session, 'scriptOnResourceScriptFileName') ? scriptOnResource(session, request, call) : scripted.scriptOnResource(scriptsOf(session), request, call)
  ),
  sync: (session, request, call) => scripted.sync(scriptsOf(session), request, call),
  latestSyncToken: async (session, objectClass, call) => scripted.latestSyncToken(scriptsOf(session), objectClass, call),
  authenticate: async (session, request, call) => scripted.authenticate(scriptsOf(session), request, call),
  resolveUsername: async (session, request, call) => scripted.resolveUsername(scriptsOf(session), request, call),
};
