import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GuardedByteArray, GuardedString, type ConfigurationProperty, type ConnectorInfo } from '../../protocol/model/index.js';
import { decodeConnectorInfos, encodeConnectorInfos } from '../../protocol/codec/index.js';
import type { SessionLog } from '../../protocol/session/contract.js';

const FORM = 1;

/**
 * The last connector list of each server, in the state directory: published while the server is away, because a Java
 * controller asks for the list once. Holds no secrets: default values that are confidential are left out.
 */
export class RememberedConnectors {
  readonly #directory: string;
  readonly #log: SessionLog;

  constructor(stateDirectory: string, log: SessionLog) {
    this.#directory = join(stateDirectory, 'relays');
    this.#log = log;
  }

  /** Undefined when there is none, it is of another server, or it cannot be read; the latter is logged. */
  async load(relay: string, server: string): Promise<readonly ConnectorInfo[] | undefined> {
    const path = this.#pathOf(relay);
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as { readonly form?: unknown; readonly server?: unknown; readonly connectorInfos?: unknown };
      if (kept.form !== FORM || kept.server !== server || typeof kept.connectorInfos !== 'string') return undefined;
      return decodeConnectorInfos(Buffer.from(kept.connectorInfos, 'base64'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#log.warn({ relay, path, error: textOf(error) }, 'The remembered connector list of a relay cannot be read; it is ignored.');
      return undefined;
    }
  }

  /** Replaces the file as a whole, readable for its owner only. A failure is logged: the list is a convenience. */
  async save(relay: string, server: string, infos: readonly ConnectorInfo[]): Promise<void> {
    const path = this.#pathOf(relay);
    const draft = `${path}.${randomUUID()}.tmp`;
    try {
      const connectorInfos = Buffer.from(encodeConnectorInfos(infos.map(withoutSecrets))).toString('base64');
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ form: FORM, server, connectorInfos })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      this.#log.warn({ relay, path, error: textOf(error) }, 'The connector list of a relay could not be remembered; it will not be offered while its server is down at a start.');
    }
  }

  #pathOf(relay: string): string {
    return join(this.#directory, `${relay}.json`);
  }
}

function withoutSecrets(info: ConnectorInfo): ConnectorInfo {
  const properties = info.defaultConfiguration.properties.map((property) => (isSecret(property) ? { ...property, value: null } : property));
  return { ...info, defaultConfiguration: { ...info.defaultConfiguration, properties } };
}

function isSecret({ confidential, value }: ConfigurationProperty): boolean {
  return confidential || value instanceof GuardedString || value instanceof GuardedByteArray;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
