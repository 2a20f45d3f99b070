import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { parseVersionRange } from '../../protocol/model/version-range.js';
import type { ConnectorInfo } from '../../protocol/model/index.js';
import type { JsonObject } from '../../protocol/crest/json.js';
import { LARGEST_PROVISIONER_FILE, controllerValues, parseProvisionerFile, systemNameOf } from '../../protocol/provisioner/provisioner-file.js';

/** Of a `provisioner.openicf-*.json`, what leads to the system. Other keys are the controller's business. */
const systemFile = z.object({
  name: z.string().optional(),
  enabled: z.boolean().optional(),
  connectorRef: z.object({ bundleName: z.string(), bundleVersion: z.string(), connectorName: z.string() }),
  configurationProperties: z.record(z.string(), z.unknown()).default({}),
});

export interface SystemFile {
  readonly name: string;
  readonly connectorRef: { readonly bundleName: string; readonly bundleVersion: string; readonly connectorName: string };
  readonly properties: Readonly<Record<string, unknown>>;
  /** Values only the controller can fill in: encrypted ones and `&{…}`; names of properties. */
  readonly ofController: readonly string[];
}

/** Reads a provisioner file. Throws an Error whose message says what is wrong and shows no value. */
export async function readSystemFile(path: string): Promise<SystemFile> {
  if ((await stat(path)).size > LARGEST_PROVISIONER_FILE) throw new Error(`${path} is larger than ${LARGEST_PROVISIONER_FILE} bytes`);
  const file = parsed(await readFile(path, 'utf8'), path);
  const result = systemFile.safeParse(file);
  if (!result.success) throw new Error(`${path} is no provisioner file: ${result.error.issues.map(({ path: at }) => at.join('.')).join(', ')} missing or of another kind`);
  const { name, connectorRef, configurationProperties } = result.data;
  const given = Object.entries((file['configurationProperties'] ?? {}) as JsonObject);
  const ofController = given.filter(([, value]) => controllerValues(value).length > 0).map(([property]) => property);
  return { name: name ?? systemNameOf(path) ?? path, connectorRef, properties: configurationProperties, ofController };
}

function parsed(text: string, path: string): JsonObject {
  try {
    return parseProvisionerFile(text);
  } catch (error) {
    throw new Error(`${path} ${error instanceof Error ? error.message : 'cannot be read'}`, { cause: error });
  }
}

/** The newest connector a reference fits; undefined when this agent has none. */
export function connectorFor({ bundleName, bundleVersion, connectorName }: SystemFile['connectorRef'], infos: readonly ConnectorInfo[]): ConnectorInfo | undefined {
  const range = parseVersionRange(bundleVersion);
  return infos.filter(({ key }) => key.bundleName === bundleName && key.connectorName === connectorName && range.includes(key.bundleVersion)).at(-1);
}
