import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll } from 'vitest';
import { knownConnectors } from '../../../../agent/config/known-connectors.js';
import { runCli } from '../../../../agent/cli/run-cli.js';
import { causewayProgram } from '../../../../deploy/cli/program.js';
import type { CheckDocument } from '../../../../deploy/config/check-report.js';
import type { Finding } from '../../../../deploy/config/finding.js';
import type { MigrationReport } from '../../../../deploy/config/migrate/migration.js';

const folders: string[] = [];
/** From the sources, every connector is loaded: longer than one test may take on a busy machine. */
beforeAll(async () => { await knownConnectors(); }, 180_000);
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** Writes files, objects as JSON, into a new folder and answers its path. */
export async function folderWith(files: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-config-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2));
  }
  return folder;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `causeway config …`. */
export async function config(...args: string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(causewayProgram((text) => { out += text; }), ['config', ...args], (text) => { err += text; });
  return { code, out, err };
}

export async function check(...places: string[]): Promise<Ran & CheckDocument> {
  const ran = await config('check', ...places, '--json');
  return { ...ran, ...JSON.parse(ran.out) as CheckDocument };
}

export async function migrate(...args: string[]): Promise<Ran & { readonly report: MigrationReport }> {
  const ran = await config('migrate', ...args, '--json');
  return { ...ran, report: JSON.parse(ran.out) as MigrationReport };
}

/** `problem configurationProperties.port: must be …` */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(({ severity, path, line, text }) => `${severity} ${line === undefined ? '' : `line ${line} `}${path}: ${text}`);
}

export const LDAP_REF = { bundleName: 'org.forgerock.openicf.connectors.ldap-connector', bundleVersion: '[1.5.0.0,1.6.0.0)', connectorName: 'org.identityconnectors.ldap.LdapConnector' };

/** A system that is in order. */
export const LDAP = {
  name: 'ldap', connectorRef: LDAP_REF,
  configurationProperties: { host: 'ldap.example.com', port: 636, ssl: true, principal: 'cn=causeway', credentials: 'Hidden-Tr3asure', baseContexts: ['dc=example,dc=com'] },
  objectTypes: { account: { nativeType: '__ACCOUNT__', properties: { dn: { type: 'string', nativeName: '__NAME__', nativeType: 'string', required: true }, password: { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE'] } } } },
};

export const MAPPING = {
  name: 'people', source: 'system/ldap/account', target: 'system/other/account', correlation: [{ source: 'uid', target: 'uid' }],
  properties: [{ source: 'uid', target: 'uid' }], policies: [{ situation: 'ABSENT', action: 'CREATE' }],
};

export const NIGHTLY = { enabled: true, persisted: true, schedule: '0 0 2 * * ?', timeZone: 'UTC', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'people' } };

export const MANAGED = { objects: [{ name: 'user', schema: { required: ['userName'], properties: { userName: { type: 'string' } } } }] };

export const readText = (...parts: string[]): Promise<string> => readFile(join(...parts), 'utf8');
