import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import type { ConfigOf } from '../../framework/properties.js';
import type { sessionProperties } from './session-properties.js';

export type SessionConfig = ConfigOf<typeof sessionProperties>;

/** How an SSH session is opened. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly login: PasswordLogin | KeyLogin;
  /** Milliseconds until the session is logged in. */
  readonly connectionTimeout: number;
  readonly hostKey: HostKeySettings;
}

export interface PasswordLogin {
  readonly kind: 'password';
  readonly password: GuardedString;
}

export interface KeyLogin {
  readonly kind: 'key';
  /** PEM, by lines. */
  readonly key: readonly string[];
  /** Null or empty for a key without one. */
  readonly passphrase: GuardedString | null;
  /** For a server that wants it besides the key. */
  readonly password?: GuardedString | null;
}

/** What a server's key is compared with. An unknown key is refused. */
export interface HostKeySettings {
  /** SHA-256 fingerprints as OpenSSH shows them, `SHA256:…`. Where there are any, known_hosts is not read. */
  readonly pinned: readonly string[];
  /** Files in the format of known_hosts (sshd(8)); missing ones are skipped. */
  readonly knownHosts: readonly string[];
}

/** The terminal of an interactive shell and what the scripts' functions go by. */
export interface TerminalSettings {
  readonly prompt: string;
  readonly sudoCommand: string;
  /** Answers sudo. */
  readonly password: GuardedString | null;
  readonly echoOff: boolean;
  readonly terminalType: string;
  /** Value of LC_ALL, LANG and LANGUAGE; undefined leaves them alone. */
  readonly locale: string | undefined;
  /** Milliseconds. */
  readonly expectTimeout: number;
  readonly promptReadyTimeout: number;
  readonly throwOperationTimeout: boolean;
}

/** Checks what the property table cannot. Throws `configuration`. */
export function validateSession(config: SessionConfig): void {
  if (config.host.trim() === '') throw wrong('host is empty: name the SSH server');
  if (config.user.trim() === '') throw wrong('user is empty: name the account to log in with');
  if (config.port < 1 || config.port > 65_535) throw wrong(`port is ${config.port}: a TCP port is 1 to 65535`);
  if (config.prompt === '') throw wrong('prompt is empty: give the prompt of the remote shell exactly, with the blank at its end');
  if (config.sudoCommand.trim() === '') throw wrong('sudoCommand is empty: give the path of sudo, such as /usr/bin/sudo');
  for (const name of ['connectionTimeout', 'expectTimeout'] as const) if (config[name] <= 0) throw wrong(`${name} is ${config[name]}: give milliseconds above 0`);
  loginOf(config);
}

export function sshSettings(config: SessionConfig, hostKey: HostKeySettings): SshSettings {
  return { host: config.host.trim(), port: config.port, user: config.user.trim(), login: loginOf(config), connectionTimeout: config.connectionTimeout, hostKey };
}

export function terminalSettings(config: SessionConfig): TerminalSettings {
  return {
    prompt: config.prompt, sudoCommand: config.sudoCommand, password: config.password, echoOff: config.echoOff, terminalType: config.terminalType,
    locale: config.setLocale ? config.locale : undefined, expectTimeout: config.expectTimeout,
    promptReadyTimeout: config.promptReadyTimeout, throwOperationTimeout: config.throwOperationTimeoutException,
  };
}

function loginOf({ authenticationType, password, passphrase, privateKey }: SessionConfig): SshSettings['login'] {
  switch (authenticationType.trim().toUpperCase()) {
    case 'PASSWORD':
      if (password === null) throw wrong('password is missing: authenticationType PASSWORD needs it');
      return { kind: 'password', password };
    case 'PUBKEY':
      if (privateKey.length === 0) throw wrong('privateKey is missing: authenticationType PUBKEY needs it, in PEM form, one line an item');
      if (password === null) throw wrong('password is missing: with PUBKEY sudo needs it');
      if (passphrase === null) throw wrong('passphrase is missing: with PUBKEY give that of the key, or an empty text for a key without one');
      return { kind: 'key', key: privateKey, passphrase, password };
    default:
      throw wrong(`authenticationType is "${authenticationType}": PASSWORD and PUBKEY are possible`);
  }
}

function wrong(what: string): ConnectorError {
  return new ConnectorError('configuration', `SSH session: ${what}.`);
}
