import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ConnectorError, GuardedString, OperationOptions, Script, type IcfValue, type ScriptArguments } from '../../../protocol/model/index.js';
import { isObject, type JsonObject } from '../../crest/json.js';
import type { CallerContext, RequestOf } from '../../crest/request.js';
import { ResourceError, badRequest } from '../../crest/resource-error.js';
import { requireSupported } from '../allowed-operations.js';
import { naturalIcfValue } from '../coerce.js';
import { naturalJson } from '../json-form.js';
import type { SystemActionSource } from '../provisioner-source.js';
import type { System, SystemSetup } from '../system.js';
import { callContext } from './object-call.js';

type ScriptAction = SystemActionSource['actions'][number];
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['scriptId', 'scriptExecuteMode', 'scriptVariablePrefix']);

/**
 * Runs every action of a script id whose `systemType` fits the connector. A script that fails is no HTTP error: its entry
 * holds `error`. `projectFolder` is where `actionFile` is looked for.
 */
export async function runScript(system: System, setup: SystemSetup, request: RequestOf<'action'>, context: CallerContext, projectFolder: string): Promise<JsonObject> {
  const actions = actionsFor(setup, request.parameters.get('scriptId'));
  const facade = system.facade();
  const kind = request.parameters.get('scriptExecuteMode')?.toLowerCase() === 'resource' ? 'scriptOnResource' : 'scriptOnConnector';
  requireSupported(facade, kind === 'scriptOnResource' ? 'ScriptOnResourceApiOp' : 'ScriptOnConnectorApiOp');
  const results: JsonObject[] = [];
  for (const action of actions) {
    const script = new Script(action.actionType, await sourceOf(action, projectFolder));
    const isShell = action.actionType.toLowerCase() === 'shell';
    const prefix = isShell ? request.parameters.get('scriptVariablePrefix') : undefined;
    const options = prefix === undefined ? OperationOptions.none : OperationOptions.of({ variablePrefix: prefix });
    try {
      const result = await facade.perform({ kind, script, scriptArguments: scriptArguments(request, isShell), options }, callContext(context));
      results.push({ result: naturalJson(result) });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      results.push({ error: system.connector?.scrub(error.message) ?? error.message });
    }
  }
  return { actions: results };
}

function actionsFor(setup: SystemSetup, scriptId: string | undefined): readonly ScriptAction[] {
  if (scriptId === undefined || scriptId === '') throw badRequest('Missing required parameter: scriptId');
  const defined = setup.source.systemActions.filter((entry) => entry.scriptId === scriptId).flatMap((entry) => entry.actions);
  if (defined.length === 0) throw badRequest(`Script ID: ${scriptId} is not defined.`);
  const { connectorName } = setup.source.connectorRef;
  const fitting = defined.filter((action) => new RegExp(`^(?:${action.systemType})$`).test(connectorName));
  if (fitting.length === 0) throw badRequest(`Script ID: ${scriptId} for systemType ${connectorName} is not defined.`);
  return fitting;
}

async function sourceOf(action: ScriptAction, projectFolder: string): Promise<string> {
  if (action.actionSource !== undefined) return action.actionSource;
  if (action.actionFile === undefined) throw new ResourceError(500, 'A system action has neither actionSource nor actionFile');
  const path = scriptFile(action.actionFile, projectFolder);
  if (path === undefined) throw new ResourceError(500, `The script file ${action.actionFile} is outside the project folder`);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ResourceError(500, `The script file ${action.actionFile} cannot be read`, { cause: error });
  }
}

/** Where an `actionFile` is; undefined for one outside the project folder, which is not read. */
export function scriptFile(actionFile: string, projectFolder: string): string | undefined {
  const path = resolve(projectFolder, actionFile);
  return path.startsWith(resolve(projectFolder) + sep) ? path : undefined;
}

/** Query parameters as text, then the body's entries with their JSON types, over them. */
function scriptArguments({ parameters, content }: RequestOf<'action'>, isShell: boolean): ScriptArguments {
  if (content !== undefined && !isObject(content)) throw badRequest('Content is not of type Map');
  const found = new Map<string, IcfValue>();
  for (const [name, value] of parameters) {
    if (!OWN_PARAMETERS.has(name)) found.set(name, isShell && name === 'password' ? new GuardedString(value) : value);
  }
  for (const [name, value] of Object.entries(content ?? {})) {
    found.set(name, isShell && name === 'password' && typeof value === 'string' ? new GuardedString(value) : naturalIcfValue(value));
  }
  return found;
}
