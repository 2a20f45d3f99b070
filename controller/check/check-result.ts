import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/** What was found out about one setting. Texts are for people and never hold a secret. */
export interface CheckResult {
  /** E.g. `gateway.tls.certificate`. */
  readonly setting: string;
  /** The file or directory it is about. */
  readonly file?: string | undefined;
  readonly outcome: 'ok' | 'warning' | 'failed';
  /** What is so, and what to do about it. */
  readonly text: string;
}

type Subject = Pick<CheckResult, 'setting' | 'file'>;

export function ok(subject: Subject, text: string): CheckResult {
  return { ...subject, outcome: 'ok', text };
}

export function warning(subject: Subject, text: string): CheckResult {
  return { ...subject, outcome: 'warning', text };
}

export function failed(subject: Subject, text: string): CheckResult {
  return { ...subject, outcome: 'failed', text };
}

/** The file is not what the controller needs it to be; the error says why. What its message repeats of the subject is left out. */
export function unusable({ setting, file }: Subject, error: unknown, advice?: string): CheckResult {
  const said = messageOf(error).replace(`${setting}: `, '').replace(file === undefined ? '' : `${file}: `, '').split('\n').map((line) => line.trim()).join(' ').replace(/\.$/, '');
  return failed({ setting, file }, `${said}.${advice === undefined ? '' : ` ${advice}`}`);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be used';
  const { message } = error;
  const fault = [error, error.cause].find((each) => each instanceof SyntaxError && each.message.includes('JSON') && message.includes(each.message));
  return fault === undefined ? message : jsonFault(message);
}

/** The parser of JSON quotes a piece of the file, and a file may hold passwords: only the place is told. */
export function jsonFault(message: string): string {
  const at = /\bposition \d+( \(line \d+ column \d+\))?/.exec(message)?.[0];
  return `is no valid JSON${at === undefined ? '' : ` at ${at}`}`;
}

/** Does what a start does, too. Resolves with what came of it, or with why nothing did; `advice` is for what the error itself says nothing to do about. */
export async function attempt<T>(subject: Subject, work: () => Promise<T>, advice?: string): Promise<{ readonly value: T } | { readonly result: CheckResult }> {
  try {
    return { value: await work() };
  } catch (error) {
    const trouble = accessTrouble((error as NodeJS.ErrnoException).code ?? '');
    return { result: trouble === undefined ? unusable(subject, error, advice) : failed(subject, trouble) };
  }
}

/** systemd makes it for a service and takes it away when that ends. */
const CREDENTIALS = /^\/run\/credentials\//;

/** Undefined for a file that can be read. */
export async function lookAtFile(setting: string, file: string): Promise<CheckResult | undefined> {
  try {
    if ((await stat(file)).isDirectory()) return failed({ setting, file }, 'is a directory. Name a file in it.');
    await access(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' && CREDENTIALS.test(file)) return warning({ setting, file }, 'is there only while the service runs (LoadCredential), so it was not looked at.');
    return failed({ setting, file }, accessTrouble(code) ?? `cannot be read (${code}). Correct the setting, or put the file in its place.`);
  }
}

/** What the system says when something cannot be had, in words; undefined for anything else. */
export function accessTrouble(code: string): string | undefined {
  switch (code) {
    case 'ENOENT': return 'does not exist. Put it in its place, or correct the setting; relative paths count from the folder of the configuration file.';
    case 'ENOTDIR': return 'does not exist: something above it is no directory. Correct the setting.';
    case 'EACCES': case 'EPERM': return `may not be read by this user (${code}). Give the user the controller runs as the right to, and run this check as that user.`;
    default: return undefined;
  }
}
