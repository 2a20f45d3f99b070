import { spawn, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { freePorts } from '../support/free-ports.js';
import { secret } from '../support/secret-values.js';
import { ListeningServer } from './listening-server.js';
import { issueTlsFiles, type TlsFiles } from './tls-files.js';

const run = promisify(execFile);
const SLAPD = ['/usr/sbin/slapd', '/usr/local/sbin/slapd', '/usr/local/libexec/slapd'].find((path) => existsSync(path));
const SLAPADD = SLAPD?.replace(/slapd$/, 'slapadd');
const MODULES = '/usr/lib/ldap';
const SCHEMAS = '/etc/ldap/schema';

export type OpenLdapModule = 'syncprov' | 'accesslog' | 'ppolicy' | 'memberof' | 'refint' | 'sssvlv';

export interface OpenLdapOptions {
  /** Overlays to switch on; all by default. */
  readonly modules?: readonly OpenLdapModule[];
  /** LDIF loaded before the start, after the suffix entry. */
  readonly ldif?: string | Iterable<string> | AsyncIterable<string>;
  /** Further lines for the main database, e.g. `limits users size=50`. */
  readonly databaseConfig?: readonly string[];
  /** Access rules of the main database, before the usual ones. */
  readonly access?: readonly string[];
  /** Further global lines. */
  readonly globalConfig?: readonly string[];
  /** Lines of a default password policy entry, e.g. `pwdMaxFailure: 3`; with ppolicy. */
  readonly passwordPolicy?: readonly string[];
  /** TLS files to use again, e.g. those of another server. */
  readonly tls?: TlsFiles;
  /** Names in the server certificate; localhost and 127.0.0.1 by default. */
  readonly serverNames?: readonly string[];
  /** Called with the directory of the main database before anything is in it, e.g. to mount a disk there. */
  readonly prepareDatabase?: (directory: string) => Promise<void>;
}

export interface OpenLdap {
  readonly url: string;
  readonly ldapsUrl: string;
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly adminDn: string;
  readonly adminPassword: string;
  readonly baseDn: string;
  /** Where accesslog keeps its entries. */
  readonly accessLogDn: string;
  /** CA, server and client certificates. The client is `cn=client`, mapped to `uid=client,ou=people,<baseDn>`. */
  readonly tls: TlsFiles;
  /** PEM of the CA. */
  readonly ca: string;
  readonly directory: string;
  readonly pid: number;
  /** Stops slapd, adds entries with `slapadd -q`, starts it again on the same ports. */
  load(ldif: string | Iterable<string> | AsyncIterable<string>): Promise<void>;
  /** Stops slapd without cleaning up; `resume` starts it again. */
  pause(signal?: NodeJS.Signals): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const BASE = 'dc=example,dc=com';
const ACCESS_LOG = 'cn=accesslog';
const ADMIN = `cn=admin,${BASE}`;
const PASSWORD = secret('password of the directory manager');
const SUFFIX_LDIF = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${BASE}
objectClass: organizationalUnit
ou: groups

`;

function overlays(modules: ReadonlySet<OpenLdapModule>, policy: boolean): string[] {
  const lines: string[] = [];
  if (modules.has('syncprov')) lines.push('overlay syncprov', 'syncprov-sessionlog 1000');
  if (modules.has('accesslog')) {
    lines.push('overlay accesslog', `logdb ${ACCESS_LOG}`, 'logops writes', 'logsuccess TRUE', 'logold (objectClass=*)', 'logoldattr entryUUID cn uid objectClass');
  }
  if (modules.has('memberof')) lines.push('overlay memberof', 'memberof-group-oc groupOfNames', 'memberof-member-ad member');
  if (modules.has('refint')) lines.push('overlay refint', 'refint_attributes member memberOf manager');
  if (modules.has('sssvlv')) lines.push('overlay sssvlv', 'sssvlv-max 100', 'sssvlv-maxperconn 10');
  if (modules.has('ppolicy')) lines.push('overlay ppolicy', 'ppolicy_use_lockout', ...(policy ? [`ppolicy_default "cn=policy,${BASE}"`] : []));
  return lines;
}

function slapdConf(directory: string, tls: TlsFiles, options: OpenLdapOptions): string {
  const modules = new Set<OpenLdapModule>(options.modules ?? ['syncprov', 'accesslog', 'ppolicy', 'memberof', 'refint', 'sssvlv']);
  const accessLog = modules.has('accesslog')
    ? ['database mdb', `suffix ${ACCESS_LOG}`, `directory ${directory}/accesslog`, 'maxsize 268435456', `rootdn ${ACCESS_LOG}`, 'index default eq', 'index reqStart,reqEnd,objectClass,reqResult,reqDN,reqType',
      ...(modules.has('syncprov') ? ['overlay syncprov', 'syncprov-nopresent TRUE', 'syncprov-reloadhint TRUE'] : []), `limits dn.exact="${ADMIN}" size=unlimited time=unlimited`, `access to * by dn.exact="${ADMIN}" read`]
    : [];
  return [
    ...['core', 'cosine', 'nis', 'inetorgperson'].map((name) => `include ${SCHEMAS}/${name}.schema`),
    `modulepath ${MODULES}`, 'moduleload back_mdb', ...[...modules].map((name) => `moduleload ${name}`),
    `pidfile ${directory}/slapd.pid`, `argsfile ${directory}/slapd.args`,
    `TLSCACertificateFile ${tls.caFile}`, `TLSCertificateFile ${tls.certificateFile}`, `TLSCertificateKeyFile ${tls.keyFile}`, 'TLSVerifyClient try',
    `authz-regexp "cn=([^,]+)" "uid=$1,ou=people,${BASE}"`,
    'sizelimit unlimited', 'timelimit unlimited', 'threads 4', 'tool-threads 2', 'loglevel none',
    ...(options.globalConfig ?? []),
    ...accessLog,
    'database mdb', `suffix ${BASE}`, `rootdn ${ADMIN}`, `rootpw ${PASSWORD}`, `directory ${directory}/main`, 'maxsize 4294967296', 'dbnosync',
    'index objectClass,mail,member,uniqueMember,entryUUID,memberUid eq', 'index entryCSN,modifyTimestamp,createTimestamp eq', 'index uid,cn pres,eq,sub', 'index sn,givenName eq',
    'access to attrs=userPassword by self write by anonymous auth by * none', ...(options.access ?? []), 'access to * by self write by users read by anonymous auth by * none',
    ...(options.databaseConfig ?? []),
    ...overlays(modules, options.passwordPolicy !== undefined),
  ].join('\n') + '\n';
}

async function* policyLdif(lines: readonly string[]): AsyncGenerator<string> {
  yield [`dn: cn=policy,${BASE}`, 'objectClass: applicationProcess', 'objectClass: pwdPolicy', 'cn: policy', 'pwdAttribute: userPassword', ...lines, '', ''].join('\n');
}

class Slapd extends ListeningServer {
  readonly directory: string;
  readonly ports: readonly [number, number];

  constructor(directory: string, ports: readonly [number, number]) {
    super(SLAPD!, ['-f', join(directory, 'slapd.conf'), '-h', `ldap://127.0.0.1:${ports[0]} ldaps://127.0.0.1:${ports[1]}`, '-d', '0'], ports);
    this.directory = directory;
    this.ports = ports;
  }

  /** `slapadd -q` with the LDIF on its standard input. */
  async add(ldif: string | Iterable<string> | AsyncIterable<string>): Promise<void> {
    const child = spawn(SLAPADD!, ['-q', '-f', join(this.directory, 'slapd.conf'), '-b', BASE], { stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-4000); });
    child.stdin.on('error', () => undefined);
    const exited = once(child, 'exit') as Promise<[number | null]>;
    for await (const text of typeof ldif === 'string' ? [ldif] : ldif) {
      if (!child.stdin.writable) break;
      if (!child.stdin.write(text)) await Promise.race([once(child.stdin, 'drain'), exited]);
    }
    child.stdin.end();
    const [code] = await exited;
    if (code !== 0) throw new Error(`slapadd ended with ${code}: ${errors}`);
  }
}

/** Checks the configuration first: its message names the faulty line, which slapd's own start does not. */
async function checkConfig(file: string): Promise<void> {
  await run(SLAPD!, ['-T', 'test', '-u', '-f', file]).catch((error: unknown) => {
    throw new Error(`slapd refuses ${file}: ${(error as { stderr?: string }).stderr ?? String(error)}`);
  });
}

/** A slapd of its own: temporary directory, ports chosen by the system, certificates made on the spot. `stop` removes it all. */
export async function startOpenLdap(options: OpenLdapOptions = {}): Promise<OpenLdap> {
  if (SLAPD === undefined || !existsSync(join(MODULES, 'back_mdb.so'))) {
    throw new Error('OpenLDAP is not installed. On Debian: apt-get install slapd ldap-utils');
  }
  const directory = await mkdtemp(join(tmpdir(), 'causeway-openldap-'));
  const [port, tlsPort] = await freePorts(2) as [number, number];
  const slapd = new Slapd(directory, [port, tlsPort]);
  const clean = async (): Promise<void> => {
    await slapd.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.all(['main', 'accesslog', 'tls'].map((name) => mkdir(join(directory, name))));
    await options.prepareDatabase?.(join(directory, 'main'));
    const tls = options.tls ?? await issueTlsFiles(join(directory, 'tls'), options.serverNames);
    await writeFile(join(directory, 'slapd.conf'), slapdConf(directory, tls, options));
    await checkConfig(join(directory, 'slapd.conf'));
    await slapd.add(concat(SUFFIX_LDIF, options.passwordPolicy === undefined ? '' : policyLdif(options.passwordPolicy), options.ldif ?? ''));
    await slapd.start();
    return {
      url: `ldap://127.0.0.1:${port}`, ldapsUrl: `ldaps://127.0.0.1:${tlsPort}`, host: '127.0.0.1', port, tlsPort,
      adminDn: ADMIN, adminPassword: PASSWORD, baseDn: BASE, accessLogDn: ACCESS_LOG, tls, ca: await readFile(tls.caFile, 'utf8'), directory,
      get pid() { return slapd.pid; },
      async load(ldif) {
        await slapd.stop();
        await slapd.add(ldif);
        await slapd.start();
      },
      pause: (signal) => slapd.stop(signal),
      resume: () => slapd.start(),
      stop: clean,
    };
  } catch (error) {
    await clean();
    throw error;
  }
}

async function* concat(...parts: (string | Iterable<string> | AsyncIterable<string>)[]): AsyncGenerator<string> {
  for (const part of parts) {
    if (typeof part === 'string') yield part;
    else for await (const text of part) yield text;
  }
}
