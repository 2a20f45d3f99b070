import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SessionLog } from '../../../protocol/session/contract.js';

/**
 * How somebody at the agent's machine lets go of a brake: a file in a directory of the agent's own, which the agent takes and
 * removes. Who may write there may release; nothing of the network reaches it.
 */
export interface Release {
  /** Undefined: every brake. */
  readonly brake?: string | undefined;
  /** Undefined: at every system. */
  readonly system?: string | undefined;
}

const request = z.strictObject({ brake: z.string().optional(), system: z.string().optional() });
const MAX_REQUESTS = 100;

/** Asks the agent of a state directory for a release. Answers the path of the request, which is gone once it has been done. */
export async function askForRelease(directory: string, release: Release): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${Date.now()}-${randomUUID()}.json`);
  const file = await open(`${path}.tmp`, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(release)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  return path;
}

export async function isDone(path: string): Promise<boolean> {
  return access(path).then(() => false, () => true);
}

/** Does what was asked for, oldest first. What cannot be read is removed, and logged. */
export async function takeReleases(directory: string, release: (release: Release) => Promise<unknown>, log: SessionLog): Promise<void> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.json')).sort().slice(0, MAX_REQUESTS);
  for (const name of names) {
    const path = join(directory, name);
    const asked = await readRequest(path);
    if (asked === undefined) log.warn({ path }, 'A request to release a brake cannot be read; it is ignored.');
    else await release(asked);
    await rm(path, { force: true });
  }
}

async function readRequest(path: string): Promise<Release | undefined> {
  try {
    return request.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
