import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { ConfigError, configProblems, type ConfigProblem } from '../config/config-problems.js';
import { isTooDeep } from '../config/yaml-depth.js';
import type { Policy } from './policy.js';
import { policySchema } from './policy-schema.js';

const MAX_POLICY_BYTES = 1_048_576;

/** A policy with the file it came from. */
export interface PolicyFile {
  readonly path: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly digest: string;
  readonly policy: Policy;
}

/** Reads and checks a policy file as a whole. Throws a ConfigError with every problem found. */
export async function readPolicyFile(file: string): Promise<PolicyFile> {
  const path = resolve(file);
  const bytes = await readBytes(path);
  return { path, digest: createHash('sha256').update(bytes).digest('hex'), policy: readPolicy(new TextDecoder().decode(bytes), path) };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new ConfigError([`${path}: is no file`]);
      if (stat.size > MAX_POLICY_BYTES) throw new ConfigError([`${path}: is larger than ${MAX_POLICY_BYTES} bytes`]);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${path}: the policy cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`]);
  }
}

/** Checks the text of a policy; `path` gives the directory for relative paths and the name in messages. Throws a ConfigError. */
export function readPolicy(text: string, path: string): Policy {
  if (isTooDeep(text)) throw new ConfigError([`${path}: is nested too deeply`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) throw new ConfigError(faults.map(({ pos, message }) => `${path}:${lines.linePos(pos[0]).line}: ${message}`));
  const settings = toSettings(document, path);
  if (settings === null || typeof settings !== 'object' || Array.isArray(settings)) throw new ConfigError([`${path}: expected a mapping with version, default and rules, found something else`]);
  const schema = policySchema(dirname(path));
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  throw new ConfigError(configProblems(schema, settings, result.error.issues).map((problem) => `${placeOf(problem, path, document, lines)}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.text}`));
}

function toSettings(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError([`${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function placeOf({ keys }: ConfigProblem, path: string, document: Document, lines: LineCounter): string {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const offset = (document.getIn(keys.slice(0, depth), true) as Node | undefined)?.range?.[0];
    if (offset !== undefined) return `${path}:${lines.linePos(offset).line}`;
  }
  return path;
}
