import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';

/**
 * Whether a file or folder is within these folders, by where it really is: a link may lead out of them. Undefined: anywhere is good.
 * Asked before anything is looked for, so that answers do not tell which files there are on this machine.
 */
export async function isWithin(path: string, folders: readonly string[] | undefined): Promise<boolean> {
  if (folders === undefined) return true;
  const real = await realpath(path).catch(() => resolve(path));
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  return roots.some((root) => root !== undefined && (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)));
}

/** The script of a slot is in none of the folders this agent runs scripts from. */
export function scriptNotAllowed(slot: string, file: string, folder: string): ConnectorError {
  return new ConnectorError('configuration', `${slot}: '${file}' is not run: this agent runs no scripts from ${folder}. Whoever runs the agent allows it by a line of agent.yaml: scripts: { roots: [${JSON.stringify(folder)}] }`, { outcome: 'notApplied' });
}
