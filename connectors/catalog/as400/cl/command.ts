import { ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import { folded } from '../../../framework/given-values.js';
import { quotedText } from './parameter-values.js';

/** A parameter of a CL command: its value, or how to get at it when the command is sent. */
export type Parameter = readonly [keyword: string, value: string | (() => string)];

/** A CL command, made of checked values only, so that no value can become a parameter or a command of its own. */
export class ClCommand {
  readonly verb: string;
  readonly profile: string;
  readonly hasSecrets: boolean;
  readonly #parameters: readonly Parameter[];

  constructor(verb: string, profile: string, parameters: readonly Parameter[] = []) {
    this.verb = verb;
    this.profile = profile;
    this.hasSecrets = parameters.some(([, value]) => typeof value !== 'string');
    this.#parameters = parameters;
  }

  /** The text to run, secrets in clear: for the connection, and nowhere else. */
  reveal(): string {
    return [`${this.verb} USRPRF(${this.profile})`, ...this.#parameters.map(([keyword, value]) => `${keyword}(${typeof value === 'string' ? value : value()})`)].join(' ');
  }

  toString(): string {
    return `${this.verb} USRPRF(${this.profile})`;
  }
}

const LONGEST_PASSWORD = 128;

/** A password as CL takes it. Only *NONE may begin with an asterisk: CL takes *SAME and the like for orders. */
function passwordText(attribute: string, clear: string): string {
  if (clear.toUpperCase() === '*NONE') return '*NONE';
  const refuse = (why: string): never => { throw new ConnectorError('invalidPassword', `IBM i attribute ${attribute} ${why}`, { outcome: 'notApplied' }); };
  if (clear === '' || clear.length > LONGEST_PASSWORD) refuse(`has to have 1 to ${LONGEST_PASSWORD} characters.`);
  if (clear.startsWith('*')) refuse('begins with an asterisk, which no password of IBM i may.');
  for (const character of clear) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) refuse('has a control character.');
  }
  return quotedText(clear, attribute, LONGEST_PASSWORD);
}

/** Checked at once, revealed again when sent. */
export function passwordParameter(keyword: string, attribute: string, password: GuardedString): Parameter {
  passwordText(attribute, password.reveal());
  return [keyword, () => passwordText(attribute, password.reveal())];
}

/**
 * A profile name in upper case: 1 to 10 letters, digits, #, $, _ or @, the first no digit. Throws `invalidAttributeValue`.
 */
export function profileName(given: string, attribute: string): string {
  const name = folded(given);
  const refuse = (why: string): never => { throw new ConnectorError('invalidAttributeValue', `IBM i attribute ${attribute} is "${given}": ${why}`, { outcome: 'notApplied' }); };
  if (name.length < 1 || name.length > 10) refuse('a profile name has 1 to 10 characters.');
  if (!/^[A-Z0-9#$_@]+$/.test(name)) refuse('a profile name has letters, digits and the characters # $ _ @ only.');
  if (/^\d/.test(name)) refuse(`a profile name that begins with a digit needs a Q before it: give Q${name}.`);
  if (name.startsWith('_')) refuse('a profile name begins with a letter, #, $ or @.');
  return name;
}
