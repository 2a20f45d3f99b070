import { ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import { folded } from '../../../framework/given-values.js';
import type { Segment } from '../attributes/segments.js';

/**
 * One RACF command for TSO. Its parts are made of checked values only (attributes/operand-values.ts), so that nothing a
 * caller sends can become an operand or a command of its own.
 */
export class TsoCommand {
  /** The command's name, for messages and logs, e.g. `ALTUSER`. */
  readonly verb: string;
  /** The profile it is about. */
  readonly subject: string;
  readonly hasSecrets: boolean;
  readonly #parts: readonly CommandPart[];

  constructor(verb: string, subject: string, parts: readonly CommandPart[] = []) {
    this.verb = verb;
    this.subject = subject;
    this.hasSecrets = parts.some((part) => typeof part !== 'string');
    this.#parts = parts;
  }

  /** The text to run, secrets in clear: for the transport, and nowhere else. */
  reveal(): string {
    return [this.verb, this.subject, ...this.#parts.map((part) => (typeof part === 'string' ? part : `${part.operand}(${part.secret()})`))].join(' ');
  }

  toString(): string {
    return `${this.verb} ${this.subject}`;
  }
}

/** Text that holds no secret, or an operand whose value is revealed when the command is sent. */
export type CommandPart = string | { readonly operand: string; secret(): string };

const ID = /^[A-Z0-9#$@]{1,8}$/;

/** A user ID or group name in upper case; 1 to 8 characters out of A-Z, 0-9, #, $, @. Throws `invalidAttributeValue`. */
export function profileName(given: string, attribute: string): string {
  const name = folded(given);
  if (!ID.test(name)) {
    throw new ConnectorError('invalidAttributeValue', `RACF attribute ${attribute} is "${given}": it has to be 1 to 8 characters out of A-Z, 0-9, #, $ and @.`, { outcome: 'notApplied' });
  }
  return name;
}

/** Whether a profile can have that name, in either case. */
export function isProfileName(given: string): boolean {
  return /^[A-Za-z0-9#$@]{1,8}$/.test(given);
}

function refusePassword(why: string): never {
  throw new ConnectorError('invalidPassword', `The RACF ${why}`, { outcome: 'notApplied' });
}

/** Characters a RACF password may have (SETROPTS PASSWORD SPECIALCHARS among them); none of them means anything to TSO. */
const PASSWORD_CHARACTERS = new Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@#$.<+|&!*-%_>?:=");

function checkPassword(clear: string): string {
  if (clear.length < 1 || clear.length > 8) refusePassword('password has to have 1 to 8 characters; give a longer one as PHRASE.');
  for (const character of clear) if (!PASSWORD_CHARACTERS.has(character)) refusePassword('password has a character that RACF does not take: use letters, digits and @ # $ . < + | & ! * - % _ > ? : =');
  return clear;
}

function checkPhrase(clear: string): string {
  if (clear.length < 9 || clear.length > 100) refusePassword('password phrase has to have 14 to 100 characters (9 with a phrase exit).');
  for (const character of clear) {
    const code = character.charCodeAt(0);
    if (code < 0x20 || code > 0x7e) refusePassword('password phrase has a character outside printable ASCII.');
  }
  return `'${clear.replaceAll("'", "''")}'`;
}

/** Checked at once, revealed again when sent. */
export function passwordOperand(password: GuardedString): CommandPart {
  checkPassword(password.reveal());
  return { operand: 'PASSWORD', secret: () => checkPassword(password.reveal()) };
}

export function phraseOperand(phrase: GuardedString): CommandPart {
  checkPhrase(phrase.reveal());
  return { operand: 'PHRASE', secret: () => checkPhrase(phrase.reveal()) };
}

/** Operands that belong to one segment, and those of BASE, in the order they were given. */
export class Operands {
  readonly #base: CommandPart[] = [];
  readonly #segments = new Map<Segment, string[]>();

  base(part: CommandPart): void {
    this.#base.push(part);
  }

  segment(segment: Segment, operand: string): void {
    const operands = this.#segments.get(segment);
    if (operands === undefined) this.#segments.set(segment, [operand]);
    else operands.push(operand);
  }

  get isEmpty(): boolean {
    return this.#base.length === 0 && this.#segments.size === 0;
  }

  parts(): readonly CommandPart[] {
    return [...this.#base, ...[...this.#segments].map(([segment, operands]) => `${segment}(${operands.join(' ')})`)];
  }
}
