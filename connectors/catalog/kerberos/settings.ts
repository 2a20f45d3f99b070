import { ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import type { ConfigOf } from '../../framework/properties.js';
import { customConfiguration } from '../../engines/scripted/custom-configuration.js';
import type { config } from './properties.js';

export type KerberosConfig = ConfigOf<typeof config>;

/** The block `kadmin` of customConfiguration and customSensitiveConfiguration. */
export interface KadminSettings {
  /** `kadmin.local` or `kadmin` by its path, options behind it parted by blanks. */
  readonly command: readonly string[];
  /** Principal kadmin works as, with its realm. */
  readonly user: string;
  readonly realm: string;
  /** Null with kadmin.local, which asks for none, or with a keytab. */
  readonly password: GuardedString | null;
  /** Path of a keytab where kadmin runs; in place of the password. */
  readonly keytab: string | undefined;
  /** `host` or `host:port` of kadmind; undefined: as krb5.conf says. */
  readonly adminServer: string | undefined;
  /** Where kadmin runs: at the end of the SSH session, or as a process of the agent's machine. */
  readonly transport: 'ssh' | 'local';
  readonly sudo: boolean;
}

type Block = ReadonlyMap<IcfValue, IcfValue>;

/** Throws `configuration`, naming the setting. */
export function kadminSettings(config: Pick<KerberosConfig, 'customConfiguration' | 'customSensitiveConfiguration'>): KadminSettings {
  const block = customConfiguration(config).get('kadmin');
  if (!(block instanceof Map)) throw wrong("has no block kadmin: write kadmin { cmd = '/usr/sbin/kadmin.local'; user = 'openidm/admin'; default_realm = 'EXAMPLE.COM' }");
  const transport = transportOf(block);
  const realm = required(block, 'default_realm');
  const user = required(block, 'user');
  const command = (optional(block, 'cmd') ?? '/usr/sbin/kadmin.local').trim().split(/\s+/);
  const keytab = optional(block, 'keytab');
  const settings: KadminSettings = {
    command, realm, user: user.includes('@') ? user : `${user}@${realm}`, password: secretOf(block, 'password'), keytab,
    adminServer: optional(block, 'admin_server'), transport, sudo: flagOf(block, 'sudo') ?? transport === 'ssh',
  };
  if (keytab === undefined && settings.password === null && asksPassword(settings)) {
    throw wrong("needs kadmin { password = '…' } in customSensitiveConfiguration, or a keytab in customConfiguration: kadmin, unlike kadmin.local, has to log in");
  }
  return settings;
}

/** kadmin.local opens the database itself and logs in nowhere. Anything else is kadmin, whatever its name. */
export function asksPassword({ command }: Pick<KadminSettings, 'command'>): boolean {
  return command[0]?.endsWith('.local') !== true;
}

function transportOf(block: Block): 'ssh' | 'local' {
  const given = optional(block, 'transport') ?? 'ssh';
  if (given !== 'ssh' && given !== 'local') throw wrong(`has kadmin.transport '${given}': ssh and local are possible`);
  return given;
}

function required(block: Block, name: string): string {
  const value = optional(block, name);
  if (value === undefined) throw wrong(`has no kadmin.${name}`);
  if (value.startsWith('<')) throw wrong(`still has the example "${value}" as kadmin.${name}: replace it by your own`);
  return value;
}

function optional(block: Block, name: string): string | undefined {
  const value = block.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (value instanceof GuardedString) return value.reveal();
  if (typeof value !== 'string') throw wrong(`has a kadmin.${name} that is no text`);
  return value;
}

function secretOf(block: Block, name: string): GuardedString | null {
  const value = block.get(name);
  if (value === undefined || value === null) return null;
  if (value instanceof GuardedString) return value;
  throw wrong(`has kadmin.${name} in customConfiguration, where everybody can read it: move it to customSensitiveConfiguration`);
}

function flagOf(block: Block, name: string): boolean | undefined {
  const value = block.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrong(`has a kadmin.${name} that is neither true nor false`);
  return value;
}

function wrong(what: string): ConnectorError {
  return new ConnectorError('configuration', `customConfiguration ${what}.`);
}
