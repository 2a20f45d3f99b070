import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { parseVersionRange } from '../../protocol/model/version-range.js';
import type { ConnectorInfo } from '../../protocol/model/index.js';

const MAX_BYTES = 4 * 1024 ** 2;

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
  if ((await stat(path)).size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`);
  const parsed = systemFile.safeParse(parseJson(await readFile(path, 'utf8'), path));
  if (!parsed.success) throw new Error(`${path} is no provisioner file: ${parsed.error.issues.map(({ path: at }) => at.join('.')).join(', ')} missing or of another kind`);
  const { name, connectorRef, configurationProperties } = parsed.data;
  const ofController = Object.entries(configurationProperties).filter(([, value]) => needsController(value)).map(([property]) => property);
  return { name: name ?? nameOf(path), connectorRef, properties: configurationProperties, ofController };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new Error(`${path} is no JSON`); // the parser's message would show a piece of the file
  }
}

function nameOf(path: string): string {
  return /provisioner\.openicf-(.+)\.json$/.exec(path)?.[1] ?? path;
}

function needsController(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('&{');
  if (typeof value !== 'object' || value === null) return false;
  return '$crypto' in value || Object.values(value).some(needsController);
}

/** The newest connector a reference fits; undefined when this agent has none. */
export function connectorFor({ bundleName, bundleVersion, connectorName }: SystemFile['connectorRef'], infos: readonly ConnectorInfo[]): ConnectorInfo | undefined {
  const range = parseVersionRange(bundleVersion);
  return infos.filter(({ key }) => key.bundleName === bundleName && key.connectorName === connectorName && range.includes(key.bundleVersion)).at(-1);
}
