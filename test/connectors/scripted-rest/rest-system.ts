import { afterAll, beforeAll, onTestFinished } from 'vitest';
import scriptedRest from '../../../connectors/catalog/scripted-rest/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { ACCOUNT, IcfUri, Name, OperationOptions, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptedSystem, type ScriptedSystem, type SystemParts } from '../../support/scripted.js';
import { UserService } from './user-service.js';

/** There between the hooks of `useSandbox`. */
export let runner: ScriptSandbox;

/** Before the first test of a file and behind its last. */
export function useSandbox(): void {
  beforeAll(async () => { runner = await operationSandbox(); });
  afterAll(() => runner.close());
}

/** Until the test is over. */
export async function service(): Promise<UserService> {
  const started = await UserService.start();
  onTestFinished(() => started.stop());
  return started;
}

/** A create that answers the status of a request. */
export const GET = { create: "return String((await connection.get('users')).status)" };

export async function system(users: UserService, values: Record<string, IcfValue>, scripts: Readonly<Record<string, string>> = GET, environment: SystemParts['environment'] = {}): Promise<ScriptedSystem> {
  const own = filled(scripts);
  return scriptedSystem({ connector: scriptedRest, runner, scripts: own.scripts ?? {}, values: { serviceAddress: new IcfUri(users.address), ...own.values, ...values }, environment });
}

export const status = async (own: ScriptedSystem): Promise<string | undefined> => (await own.create([new Name('a')]))?.value;
export const create = { kind: 'create', objectClass: ACCOUNT, attributes: [new Name('a')], options: OperationOptions.none } as const;
