import { ConnectorError, type ErrorKind, type FailedWriteOutcome } from '../../../../protocol/model/index.js';
import type { RunResult } from '../../../engines/shell/command-run.js';

interface Told {
  readonly text: string;
  readonly kind: ErrorKind;
  readonly advice?: string;
  /** It comes at the login, or when the answer to a command is lost, which may have been carried out. */
  readonly isLateToo?: boolean;
}

/**
 * What kadmin, its library and sudo say, first match first. Sources: MIT Kerberos src/lib/kadm5/{kadm_err,chpass_util_strings}.et,
 * src/lib/krb5/error_tables/krb5_err.et, sudo's parse and auth messages.
 */
const TOLD: readonly Told[] = [
  { text: 'Principal or policy already exists', kind: 'alreadyExists' },
  { text: 'Principal does not exist', kind: 'unknownUid' },
  { text: 'Policy does not exist', kind: 'invalidAttributeValue' },
  { text: 'Password is too short', kind: 'invalidAttributeValue' },
  { text: 'Password does not contain enough character classes', kind: 'invalidAttributeValue' },
  { text: 'Password is in the password dictionary', kind: 'invalidAttributeValue' },
  { text: 'Cannot reuse password', kind: 'invalidAttributeValue' },
  { text: 'Password may not match', kind: 'invalidAttributeValue' },
  { text: 'Password too short', kind: 'invalidAttributeValue' },
  { text: "Current password's minimum life has not expired", kind: 'invalidAttributeValue' },
  { text: 'Invalid date specification', kind: 'invalidAttributeValue' },
  { text: 'Malformed representation of principal', kind: 'invalidAttributeValue' },
  { text: 'Operation requires', kind: 'permissionDenied', advice: 'Grant it to the principal of kadmin.user in the file kadm5.acl' },
  { text: 'Operation unauthorized', kind: 'permissionDenied', advice: 'Grant it to the principal of kadmin.user in the file kadm5.acl' },
  { text: 'Incorrect password', kind: 'invalidCredential', advice: 'Correct kadmin.password in customSensitiveConfiguration' },
  { text: 'Preauthentication failed', kind: 'invalidCredential', advice: 'Correct kadmin.password or the keytab' },
  { text: 'Client not found in Kerberos database', kind: 'invalidCredential', advice: 'Correct kadmin.user' },
  { text: "Client '", kind: 'invalidCredential', advice: 'Correct kadmin.user' },
  { text: 'no longer valid', kind: 'invalidCredential' },
  { text: 'Keytab contains no suitable keys', kind: 'invalidCredential', advice: 'Correct kadmin.keytab, or kadmin.user' },
  { text: 'Key table file', kind: 'configuration', advice: 'Correct kadmin.keytab' },
  { text: 'Cannot contact any KDC', kind: 'connectionFailed' },
  { text: 'Cannot find KDC for realm', kind: 'configuration', advice: 'Correct kadmin.default_realm, or krb5.conf where kadmin runs' },
  { text: 'Communication failure with server', kind: 'connectionFailed', isLateToo: true },
  { text: 'Cannot resolve network address', kind: 'connectionFailed' },
  { text: 'GSS-API (or Kerberos) error', kind: 'connectionFailed', isLateToo: true },
  { text: 'Database is not initialized', kind: 'configuration' },
  { text: 'Can not fetch master key', kind: 'configuration' },
  { text: 'Permission denied', kind: 'permissionDenied', advice: 'kadmin.local has to run as root: use sudo' },
  { text: 'incorrect password attempt', kind: 'invalidCredential', advice: 'sudo did not accept the password of the SSH user' },
  { text: 'no password was provided', kind: 'invalidCredential', advice: 'sudo did not accept the password of the SSH user' },
  { text: 'is not in the sudoers file', kind: 'permissionDenied' },
  { text: 'is not allowed to execute', kind: 'permissionDenied', advice: 'Allow it in the file sudoers' },
  { text: 'may not run sudo', kind: 'permissionDenied' },
  { text: 'a password is required', kind: 'configuration', advice: 'Set password: sudo asks for it' },
  { text: 'No such file or directory', kind: 'configuration', advice: 'Check kadmin.cmd and sudoCommand' },
  { text: 'not found', kind: 'configuration', advice: 'Check kadmin.cmd and sudoCommand' },
];

/** Errors that stand for the target's own word on the object, so nothing was changed by this command. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['connectionFailed', 'configuration', 'invalidCredential']);

/** What was asked, as far as a failure depends on it. */
export interface Asked {
  /** For messages, e.g. `Creating the principal a@R`. */
  readonly what: string;
  /** It changes nothing. */
  readonly readOnly?: boolean | undefined;
  /** Lines of standard error with this text are no failure, and neither is an exit code beside them. */
  readonly tolerated?: string | undefined;
}

/** The failure a command of kadmin ended with; undefined when it says nothing of one. */
export function kadminFailure({ what, readOnly = false, tolerated }: Asked, { exitCode, signal, stderr }: RunResult): ConnectorError | undefined {
  const all = stderr.split(/\r?\n/).filter((line) => !isNotice(line));
  const lines = all.filter((line) => tolerated === undefined || !line.includes(tolerated));
  const told = TOLD.find(({ text }) => lines.some((line) => line.includes(text)));
  if (told !== undefined) {
    const line = lines.find((one) => one.includes(told.text)) ?? told.text;
    return new ConnectorError(told.kind, `${what}: ${ended(line.trim())}${told.advice === undefined ? '' : ` ${told.advice}.`}`, { outcome: outcomeOf(told, line, readOnly) });
  }
  if (exitCode === 0 || lines.length < all.length) return undefined;
  const last = lines.filter((line) => line.trim() !== '').at(-1);
  return new ConnectorError('connector', `${what}: ${last === undefined ? `kadmin ended with ${exitCode === null ? `signal ${signal ?? 'unknown'}` : `code ${exitCode}`}.` : ended(last.trim())}`);
}

function outcomeOf({ kind, isLateToo = false }: Told, line: string, readOnly: boolean): FailedWriteOutcome | undefined {
  if (isLateToo && !line.includes('while initializing')) return readOnly ? undefined : 'unknown';
  return REFUSALS.has(kind) ? 'notApplied' : undefined;
}

/** What is no error: prompts, warnings, sudo's lecture. */
function isNotice(line: string): boolean {
  return line.startsWith('WARNING:') || line.startsWith('NOTICE:') || line.startsWith('No policy specified') || line.startsWith('[sudo ');
}

function ended(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
