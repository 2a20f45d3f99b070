import { onTestFinished } from 'vitest';
import { silentLog } from '../../../../controller/log.js';
import type { RequestHandler } from '../../../../controller/crest/request.js';
import type { JsonValue } from '../../../../controller/crest/json.js';
import { compileMapping } from '../../../../controller/mappings/mapping.js';
import { MappingEngine } from '../../../../controller/mappings/mapping-engine.js';
import { SCRIPT_LIMITS, openScripts } from '../../../../controller/mappings/open-scripts.js';
import type { ScriptFiles } from '../../../../controller/mappings/script-files.js';
import type { Tried } from '../../../../controller/mappings/tried.js';
import { sandboxWorker } from '../../../support/sandbox-worker.js';

export const script = (source: string, more: Record<string, JsonValue> = {}): Record<string, JsonValue> => ({ type: 'text/javascript', source, ...more });
export const SETS = { name: 'm', source: 'system/a/account', target: 'system/b/account' };
export const never = new AbortController().signal;

/** A mapping with a sandbox of its own, gone with the test. A script may work for 300 ms. */
export async function engineOf(raw: Record<string, JsonValue>, { router, files }: { readonly router?: RequestHandler; readonly files?: ScriptFiles } = {}): Promise<MappingEngine> {
  const { scripts, close } = openScripts({
    router: () => router ?? (() => Promise.reject(new Error('no router'))), projectFolder: '/project', log: silentLog, worker: await sandboxWorker(),
    limits: { ...SCRIPT_LIMITS, cpuTime: 300, timeout: 3_000, memory: 16 * 1024 ** 2 },
  });
  onTestFinished(() => close());
  return new MappingEngine(compileMapping({ ...SETS, ...raw }, files), scripts);
}

/** Values, and messages of errors. */
export function shown<T>(tried: readonly Tried<T>[]): readonly (T | string)[] {
  return tried.map((one) => ('error' in one ? one.error.message : one.value));
}
