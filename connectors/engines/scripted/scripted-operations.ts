import { ConnectorError, type ApiOperation, type Attribute, type IcfValue, type OperationKind, type OperationOptions, type Uid } from '../../../protocol/model/index.js';
import type { HostFunction } from '../../framework/script-runner.js';
import type { Call, ConnectorOperations } from '../../framework/spi.js';
import { attributesValue, configurationValue, idValue, optionsValue } from './request-values.js';
import { tokenOf, uidOf } from './result-values.js';
import { schemaOf } from './schema-value.js';
import { streamOperations } from './scripted-streams.js';
import { SLOTS, type SlotName } from './script-slots.js';
import type { ScriptedConfig, ScriptedFamily, ScriptedSession } from './scripted-connector.js';

/** An operation as its script sees it. */
export interface Ask {
  readonly slot: SlotName;
  readonly kind: OperationKind;
  /** The variable `operation`: ICF's OperationType. */
  readonly operation: string;
  readonly objectClass?: string | undefined;
  readonly options?: OperationOptions | undefined;
  /** Further variables. */
  readonly more?: Readonly<Record<string, IcfValue>>;
  readonly take?: HostFunction;
  /** @default the call's */
  readonly signal?: AbortSignal;
}

/** Runs the script of an operation and gives what it answers. */
export type Asker<Session> = (session: Session, ask: Ask, call: Call) => Promise<IcfValue>;

export function operationsOf<C extends ScriptedConfig, S>(family: ScriptedFamily<C, S>): ConnectorOperations<ScriptedSession<C, S>> {
  const ask: Asker<ScriptedSession<C, S>> = ({ config, own, engine }, { slot, kind, operation, objectClass, options, more = {}, take, signal }, call) => engine.run({
    slot, kind, take, signal,
    bindings: family.bindings(own, config, signal === undefined ? call : { ...call, signal }, kind),
    variables: new Map<string, IcfValue>([
      ['operation', operation], ['configuration', configurationValue(config, family)], ['objectClass', objectClass ?? null],
      ['options', options === undefined ? new Map<IcfValue, IcfValue>() : optionsValue(options)], ...Object.entries(more),
    ]),
  }, call);
  return { ...readings(ask, family), ...writes(ask), ...streamOperations(ask) };
}

function writes<C extends ScriptedConfig, S>(ask: Asker<ScriptedSession<C, S>>): Pick<ConnectorOperations<ScriptedSession<C, S>>, 'create' | 'update' | 'delete' | 'scriptOnResource'> {
  return {
    create: async (session, { objectClass, attributes, options }, call) => answeredUid('create', await ask(session, {
      slot: 'createScriptFileName', kind: 'create', operation: 'CREATE', objectClass, options, more: attributeVariables(attributes),
    }, call)),
    update: async (session, { objectClass, uid, attributes, options }, call) => {
      const answer = await ask(session, {
        slot: 'updateScriptFileName', kind: 'update', operation: 'UPDATE', objectClass, options, more: { ...uidVariables(uid), ...attributeVariables(attributes) },
      }, call);
      // A script that ends without an answer has not changed the uid.
      return answer === null ? uid : answeredUid('update', answer);
    },
    delete: async (session, { objectClass, uid, options }, call) => {
      await ask(session, { slot: 'deleteScriptFileName', kind: 'delete', operation: 'DELETE', objectClass, options, more: uidVariables(uid) }, call);
    },
    scriptOnResource: (session, { script, scriptArguments, options }, call) => ask(session, {
      slot: 'scriptOnResourceScriptFileName', kind: 'scriptOnResource', operation: 'RUNSCRIPTONRESOURCE', options,
      more: { scriptLanguage: script.language, scriptText: script.text, scriptArguments: new Map<IcfValue, IcfValue>(scriptArguments) },
    }, call),
  };
}

function readings<C extends ScriptedConfig, S>(ask: Asker<ScriptedSession<C, S>>, family: ScriptedFamily<C, S>): Pick<ConnectorOperations<ScriptedSession<C, S>>, 'test' | 'schema' | 'latestSyncToken' | 'authenticate' | 'resolveUsername'> {
  return {
    test: async (session, call) => {
      await session.engine.check();
      await family.test?.(session.own, session.config, call);
      if (session.engine.has('testScriptFileName')) await ask(session, { slot: 'testScriptFileName', kind: 'test', operation: 'TEST' }, call);
    },
    schema: async (session, call) => schemaOf(await ask(session, { slot: 'schemaScriptFileName', kind: 'schema', operation: 'SCHEMA' }, call), offeredBy(session)),
    latestSyncToken: async (session, objectClass, call) => tokenOf(await ask(session, {
      slot: 'syncScriptFileName', kind: 'latestSyncToken', operation: 'GET_LATEST_SYNC_TOKEN', objectClass,
    }, call)) ?? null,
    authenticate: async (session, { objectClass, username, password, options }, call) => answeredUid('authenticate', await ask(session, {
      slot: 'authenticateScriptFileName', kind: 'authenticate', operation: 'AUTHENTICATE', objectClass, options, more: { username, password },
    }, call)),
    resolveUsername: async (session, { objectClass, username, options }, call) => answeredUid('resolveUsername', await ask(session, {
      slot: 'resolveUsernameScriptFileName', kind: 'resolveUsername', operation: 'RESOLVE_USERNAME', objectClass, options, more: { username },
    }, call)),
  };
}

function uidVariables({ value, revision }: Uid): Record<string, IcfValue> {
  return { uid: value, revision: revision ?? null };
}

function attributeVariables(attributes: readonly Attribute[]): Record<string, IcfValue> {
  return { id: idValue(attributes), attributes: attributesValue(attributes) };
}

function answeredUid(operation: string, answer: IcfValue): Uid {
  if (answer === null) throw new ConnectorError('connector', `The script for ${operation} answered no uid: it has to return one.`);
  return uidOf(answer, `What the script for ${operation} answered, the uid,`);
}

/** Operations whose scripts are there. */
function offeredBy<C extends ScriptedConfig, S>({ engine }: ScriptedSession<C, S>): readonly ApiOperation[] {
  return SLOTS.filter(({ name }) => engine.has(name)).flatMap(({ operations }) => operations);
}
