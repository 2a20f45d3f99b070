import { win32, posix } from 'node:path';
import { ConnectorError, IcfDouble, type ApiOperation } from '../../../protocol/model/index.js';
import { hostKeySettings } from '../../engines/shell/host-key-properties.js';
import { checkPinned } from '../../engines/shell/host-key.js';
import type { HostKeySettings } from '../../engines/shell/ssh-settings.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { flag, guarded, integer, numbered, properties, text, textList, withGroup, type ConfigOf, type PropertyDefinition } from '../../framework/properties.js';

const slot = (operations: readonly ApiOperation[], what: string) => text({ default: '', operations, help: `Full path of the PowerShell script that ${what}, with forward slashes. Empty: the operation is not available.` });

const scripts = numbered(1, withGroup('Operation script files', {
  AuthenticateScriptFileName: slot(['AuthenticationApiOp'], 'checks a user name and a password'),
  CreateScriptFileName: slot(['CreateApiOp'], 'creates objects'),
  DeleteScriptFileName: slot(['DeleteApiOp'], 'deletes objects'),
  ResolveUsernameScriptFileName: slot(['ResolveUsernameApiOp'], 'finds the uid of a user name'),
  SchemaScriptFileName: slot(['SchemaApiOp'], 'describes the object classes'),
  SearchScriptFileName: slot(['GetApiOp', 'SearchApiOp'], 'finds objects'),
  SyncScriptFileName: slot(['SyncApiOp'], 'lists changes since a sync token'),
  TestScriptFileName: slot(['TestApiOp'], 'tests the connection'),
  UpdateScriptFileName: slot(['UpdateApiOp'], 'changes objects'),
}));

export type ScriptSlot = keyof typeof scripts;
export const SCRIPT_SLOTS = Object.keys(scripts) as readonly ScriptSlot[];

const port = integer({ help: 'Port of the managed system, for the scripts.' });
const poolSize = (what: string, size: number) => ({ ...integer({ default: size, help: `${what} number of PowerShell interpreters kept.` }), type: 'Integer' });

/** A Java Double. */
const minutes: PropertyDefinition<number> = {
  ...integer({ default: 60, help: 'Minutes after which an interpreter that is not used is ended. 0: never.' }),
  type: 'Double',
  read: (value) => {
    const number = value instanceof IcfDouble ? value.value : value;
    if (typeof number !== 'number' || !(number >= 0)) throw new TypeError('expected a number of minutes, 0 or more');
    return number;
  },
};

/** The names are those of the .NET connector, whose own spelling begins with capital letters; the defaults are those of its source. */
const settings = numbered(11, withGroup('PowerShell Connector Configuration Properties', {
  VariablesPrefix: text({ default: 'Connector', help: 'Name of the variable that holds all a script is given, e.g. $Connector.Attributes.' }),
  QueryFilterType: text({ required: true, default: 'Map', help: 'Form in which the search script gets the filter: Map, Ldap, Native or AdPsModule.' }),
  ReloadScriptOnExecution: { ...flag({ default: false, help: 'Read a script anew each time it runs. For development.' }), type: 'Boolean' },
  UseInterpretersPool: { ...flag({ default: true, help: 'Keep PowerShell interpreters for the next operation. false: each operation starts one of its own.' }), type: 'Boolean' },
  SubstituteUidAndNameInQueryFilter: { ...flag({ default: false, help: 'Put UidAttributeName and NameAttributeName in place of __UID__ and __NAME__ in filters.' }), type: 'Boolean' },
  UidAttributeName: text({ default: '__UID__', help: 'Attribute of the managed system that is the uid.' }),
  NameAttributeName: text({ default: '__NAME__', help: 'Attribute of the managed system that is the name.' }),
  PsModulesToImport: textList({ help: 'PowerShell modules every interpreter imports, by name or path.' }),
  Host: text({ default: '', help: 'Host of the managed system, for the scripts.' }),
  Port: { ...port, type: 'Integer', read: (value) => port.read(typeof value === 'string' ? Number(value) : value) },
  Login: text({ default: '', help: 'Account in the managed system, for the scripts.' }),
  Password: guarded({ help: 'Password of that account, for the scripts.' }),
  MinInterpretersPoolSize: poolSize('Smallest', 1),
  MaxInterpretersPoolSize: poolSize('Largest', 5),
  PoolCleanupInterval: minutes,
  CustomProperties: textList({ help: 'Settings of your own for the scripts, each as name=value, read as $Connector.Configuration.PropertyBag.name.' }),
}));

/** Where PowerShell is: the .NET connector runs in a process that is one; ours starts it. */
const interpreter = withGroup(OWN_PROPERTIES, {
  executable: text({ help: 'PowerShell program. Empty: powershell.exe on Windows, otherwise pwsh.' }),
  executionPolicy: text({ help: 'Execution policy for the interpreters, e.g. RemoteSigned. Empty: that of the machine.' }),
  sshHost: text({ help: 'Host to run PowerShell on, over SSH. Empty: the machine of the agent. The script files are read by the agent in either case.' }),
  sshPort: integer({ default: 22, help: 'SSH: TCP port.' }),
  sshUser: text({ help: 'SSH: user name.' }),
  sshPassword: guarded({ help: 'SSH: password, where there is no sshPrivateKey.' }),
  sshPrivateKey: textList({ confidential: true, help: 'SSH: private key in PEM form, one line an item.' }),
  sshPassphrase: guarded({ help: 'SSH: passphrase of the private key.' }),
  sshHostKey: textList({ help: 'SSH: SHA-256 fingerprints of the host key. Empty: sshKnownHosts decides.' }),
  sshKnownHosts: textList({ help: 'SSH: known_hosts files. Empty: those of the agent user and machine.' }),
});

/** Those of the .NET connector. */
export const dotNetProperties = { ...scripts, ...settings };

export const config = properties({ ...dotNetProperties, ...interpreter });

export type PowerShellConfig = ConfigOf<typeof config>;

export const FILTER_TYPES = ['Map', 'Ldap', 'Native', 'AdPsModule'] as const;
export type FilterType = (typeof FILTER_TYPES)[number];

export function filterType({ QueryFilterType }: PowerShellConfig): FilterType | undefined {
  return FILTER_TYPES.find((type) => type.toLowerCase() === QueryFilterType.trim().toLowerCase());
}

/** Name and value of each of CustomProperties: only the first equals sign counts, blanks around it do not. */
export function propertyBag({ CustomProperties }: PowerShellConfig): ReadonlyMap<string, string> {
  return new Map(CustomProperties.map((entry) => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
  }));
}

/** Where PowerShell runs, and by which key its host is known. */
export const sshHostOf = ({ sshHost }: PowerShellConfig): string => (sshHost ?? '').trim();
export const hostKeyOf = ({ sshHostKey, sshKnownHosts }: PowerShellConfig): HostKeySettings => hostKeySettings({ hostKeyFingerprints: sshHostKey, knownHostsFiles: sshKnownHosts });

/** Who sends configurations chooses which PowerShell, not which program; nor what the unknown shell of an SSH host makes of a path. */
function executableComplaint(given: PowerShellConfig): string | undefined {
  const path = (given.executable ?? '').trim();
  const program = win32.basename(path);
  if (program !== '' && !/^(?:powershell|pwsh(?:-preview|-lts)?)(?:\.exe)?$/i.test(program)) return `executable is ${program}; it has to be PowerShell: pwsh or powershell, by its full path or found in PATH.`;
  return sshHostOf(given) === '' || /^[\w/.:+-]*$/.test(path) ? undefined : 'executable holds a character that a shell of sshHost may change: over SSH, give a path of letters, digits and _ / . : + -, or a name found in PATH.';
}

/** https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.core/about/about_execution_policies */
const EXECUTION_POLICIES: readonly string[] = ['AllSigned', 'Bypass', 'Default', 'RemoteSigned', 'Restricted', 'Undefined', 'Unrestricted'];

function executionPolicyComplaint({ executionPolicy }: PowerShellConfig): string | undefined {
  const policy = (executionPolicy ?? '').trim();
  return policy === '' || EXECUTION_POLICIES.some((one) => one.toLowerCase() === policy.toLowerCase()) ? undefined : `executionPolicy is ${policy}; it has to be ${EXECUTION_POLICIES.join(', ')}.`;
}

function sshComplaints(given: PowerShellConfig): (string | undefined)[] {
  const { sshUser, sshPassword, sshPrivateKey, sshPort } = given;
  if (sshHostOf(given) === '') return [];
  return [
    (sshUser ?? '').trim() === '' ? 'sshUser is missing: name the account to log in to sshHost with.' : undefined,
    sshPassword === null && sshPrivateKey.length === 0 ? 'sshPassword or sshPrivateKey is missing: sshHost needs one of them.' : undefined,
    sshPort < 1 || sshPort > 65_535 ? `sshPort is ${sshPort}; a TCP port is 1 to 65535.` : undefined,
  ];
}

/** What the table's types cannot say. No I/O: whether the scripts exist and can be parsed, `test` looks at. */
export function validate(given: PowerShellConfig): void {
  const complaints = [
    /^[A-Za-z_]\w*$/.test(given.VariablesPrefix.trim()) ? undefined : 'VariablesPrefix has to be the name of a PowerShell variable, such as Connector.',
    filterType(given) === undefined ? `QueryFilterType is ${JSON.stringify(given.QueryFilterType)}; it has to be ${FILTER_TYPES.join(', ')}.` : undefined,
    given.MinInterpretersPoolSize < 1 ? `MinInterpretersPoolSize is ${given.MinInterpretersPoolSize}; it has to be 1 or more.` : undefined,
    given.MaxInterpretersPoolSize < given.MinInterpretersPoolSize ? `MaxInterpretersPoolSize is ${given.MaxInterpretersPoolSize}; it cannot be less than MinInterpretersPoolSize, ${given.MinInterpretersPoolSize}.` : undefined,
    ...given.CustomProperties.map((entry) => (entry.indexOf('=') > 0 ? undefined : `CustomProperties has ${JSON.stringify(entry)}; each entry is name=value.`)),
    ...SCRIPT_SLOTS.map((name) => (given[name].trim() === '' || win32.isAbsolute(given[name]) || posix.isAbsolute(given[name]) ? undefined : `${name} is ${given[name]}; give the full path of the script.`)),
    executableComplaint(given),
    executionPolicyComplaint(given),
    ...sshComplaints(given),
  ].filter((complaint) => complaint !== undefined);
  if (complaints.length > 0) throw new ConnectorError('configuration', `The PowerShell configuration cannot be used. ${complaints.join(' ')}`);
  if (sshHostOf(given) !== '') checkPinned(hostKeyOf(given));
}

/** Operations that have no script. `test` always works: it parses the scripts there are. */
export function unavailable(given: PowerShellConfig): readonly ApiOperation[] {
  return SCRIPT_SLOTS.filter((name) => given[name].trim() === '' && name !== 'TestScriptFileName').flatMap((name) => config[name].operations);
}
