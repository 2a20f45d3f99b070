import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, writeIssued, type AgentRequest, type Authority, type ControllerRequest } from '../../certs/index.js';
import { hashPassword } from '../../controller/authentication/password-hash.js';
import { keepFiles } from './evidence.js';
import { secret } from './secret-values.js';

export const ADMIN = 'openidm-admin';
export const ADMIN_PASSWORD = secret('password of the administrator');

export interface KeyFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** A temporary directory with everything processes of a test need: an authority, certificates, configuration. */
export interface World {
  readonly directory: string;
  readonly authority: Authority;
  /** Of the administrator of the system API. */
  readonly passwordHash: string;
  readonly controllerKeys: KeyFiles;
  /** A path inside the directory. */
  path(...parts: string[]): string;
  /** Issues (again) the certificate of an agent. */
  agentKeys(name: string, request?: Partial<AgentRequest>): Promise<KeyFiles>;
  /** Issues (again) the controller's certificate; for loopback unless names are given. */
  issueController(request?: Partial<ControllerRequest>): Promise<KeyFiles>;
  /** Writes `provisioner.openicf-<name>.json`. */
  provisioner(name: string, content: object): Promise<void>;
  remove(): Promise<void>;
}

export async function makeWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-e2e-'));
  const path = (...parts: string[]): string => join(directory, ...parts);
  await mkdir(path('conf'));
  const authority = await createAuthority(path('ca'));
  const issueController = async (request: Partial<ControllerRequest> = {}): Promise<KeyFiles> =>
    writeIssued(path('controller'), 'controller', await authority.issueController({ names: ['localhost', '127.0.0.1'], ...request }), authority);
  return {
    directory, authority, path, issueController,
    passwordHash: await hashPassword(ADMIN_PASSWORD),
    controllerKeys: await issueController(),
    agentKeys: async (name, request = {}) => writeIssued(path(name), name, await authority.issueAgent({ name, ...request }), authority),
    provisioner: (name, content) => writeFile(path('conf', `provisioner.openicf-${name}.json`), JSON.stringify(content, null, 2)),
    remove: async () => {
      keepFiles(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
