import type { PropertyTable } from '../../../connectors/framework/properties.js';
import type { ConnectorLog } from '../../../connectors/framework/spi.js';
import { GuardedString, IcfArray, type IcfValue } from '../../../protocol/model/index.js';
import { config as table, type LdapConfig } from '../../../connectors/catalog/ldap/config.js';
import type { OpenLdap } from '../../targets/openldap.js';

type Plain = string | number | boolean | readonly string[] | GuardedString | null;

function toIcf(value: Plain): IcfValue {
  return Array.isArray(value) ? new IcfArray('String', value as string[]) : value as IcfValue;
}

/** A configuration as the framework would read it: the table's defaults with some values replaced. */
export function ldapConfig(values: Partial<Record<keyof LdapConfig, Plain>> = {}): LdapConfig {
  const all = Object.entries(table as PropertyTable).map(([name, property]) => [name, property.read(toIcf((values as Record<string, Plain>)[name] ?? property.default))]);
  return Object.fromEntries(all) as LdapConfig;
}

/** The configuration for a started server, bound as its administrator. */
export function configFor(server: Pick<OpenLdap, 'host' | 'port' | 'adminDn' | 'adminPassword' | 'baseDn'>, values: Partial<Record<keyof LdapConfig, Plain>> = {}): LdapConfig {
  return ldapConfig({
    host: server.host, port: server.port, principal: server.adminDn, credentials: new GuardedString(server.adminPassword), baseContexts: [server.baseDn], ...values,
  });
}

/** Keeps what was logged, for tests that look at it. */
export class LogKeeper implements ConnectorLog {
  readonly lines: string[] = [];
  debug(fields: object, message: string): void { this.#keep(fields, message); }
  info(fields: object, message: string): void { this.#keep(fields, message); }
  warn(fields: object, message: string): void { this.#keep(fields, message); }
  error(fields: object, message: string): void { this.#keep(fields, message); }
  #keep(fields: object, message: string): void { this.lines.push(`${message} ${JSON.stringify(fields)}`); }
}

export const quiet = (): AbortSignal => new AbortController().signal;

/** LDIF of `count` people below ou=people: uid=<prefix>0, … */
export function* people(count: number, prefix = 'user', more: (index: number) => string = () => ''): Generator<string> {
  for (let i = 0; i < count; i++) {
    yield `dn: uid=${prefix}${i},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ${prefix}${i}\ncn: ${prefix} ${i}\nsn: Number${i % 10}\nmail: ${prefix}${i}@example.com\n${more(i)}\n`;
  }
}
