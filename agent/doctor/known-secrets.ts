import { readFile } from 'node:fs/promises';
import { GuardedString } from '../../protocol/model/index.js';
import type { AgentConfig } from '../config/agent-config.js';
import { SecretReference } from '../config/secret-reference.js';
import { localDirectoryOf, readLocalAddress } from '../observe/local/local-files.js';
import { parseSecretUrl } from '../secrets/secret-url.js';
import { secretSourcesOf } from '../secrets/secret-sources.js';
import { readSystemFile } from './system-file.js';

/** Every secret that may show up in what the doctor says, in clear text: to be taken out, and for nothing else. Never rejects. */
export async function knownSecrets(config: AgentConfig, systems: readonly string[]): Promise<string[]> {
  const references = referencesIn(config);
  const keys = [config.tls?.key, ...config.controllers.map(({ tls }) => tls?.key)].filter((path) => path !== undefined);
  const found = await Promise.all([
    ...references.map((reference) => reference.resolve().then((secret) => secret.reveal())),
    ...keys.map(async (path) => privatePart(await readFile(path, 'latin1'))),
    readLocalAddress(localDirectoryOf(config.agent.stateDirectory)).then(({ token }) => token),
    ...systems.map((path) => secretsOfSystem(config, path)),
  ].map((secret) => secret.catch(() => undefined)));
  return found.flat().filter((secret) => secret !== undefined);
}

function referencesIn(value: unknown): SecretReference[] {
  if (value instanceof SecretReference) return [value];
  if (value === null || typeof value !== 'object' || value instanceof URL) return [];
  return Object.values(value).flatMap(referencesIn);
}

/** A file may hold a certificate beside the key, which is public. */
function privatePart(pem: string): string {
  return pem.split('-----BEGIN ').filter((block) => block.includes('PRIVATE KEY-----')).flatMap((block) => block.split('\n').slice(1).filter((line) => !line.startsWith('-----'))).join('\n');
}

async function secretsOfSystem(config: AgentConfig, path: string): Promise<string[]> {
  const { properties, connectorRef } = await readSystemFile(path);
  const { allConnectors } = await import('../../connectors/registry.js');
  const connector = (await allConnectors()).find(({ key }) => key.connectorName === connectorRef.connectorName && key.bundleName === connectorRef.bundleName);
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const definition = connector === undefined || !Object.hasOwn(connector.properties, name) ? undefined : connector.properties[name];
    // Of a connector or a property nobody knows, every text may be one.
    const isSecret = definition === undefined || definition.confidential || definition.type.startsWith('Guarded');
    for (const text of textsIn(value)) {
      const url = parseSecretUrl(text);
      if (url === undefined) secrets.push(...(isSecret ? [text] : []));
      else secrets.push(...await resolved(config, url));
    }
  }
  return secrets;
}

async function resolved(config: AgentConfig, { source, name }: NonNullable<ReturnType<typeof parseSecretUrl>>): Promise<string[]> {
  try {
    const value = await secretSourcesOf(config).read(source, name);
    return [value instanceof GuardedString ? value.reveal() : Buffer.from(value.reveal()).toString('utf8')];
  } catch {
    return [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}
