import { ConnectorError, type ErrorKind } from '../../../../protocol/model/index.js';
import type { TsoCommand } from './command.js';

/** A message line of TSO/E or RACF: id, type (I, A, E, W) and text. */
interface TsoMessage { readonly id: string; readonly text: string }

const MESSAGE = /^\s*((?:ICH|IKJ|IRR|IEE|CSV|IZU|BPX)[A-Z]*\d{3,6}[A-Z])\s+(.*)$/;

/** What the commands' messages mean (z/OS Security Server RACF Messages and Codes, SA23-2291; TSO/E Messages, SA32-0970). */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  ICH00005I: 'permissionDenied', ICH01001I: 'permissionDenied', ICH01003I: 'permissionDenied', ICH01005I: 'permissionDenied', ICH01011I: 'permissionDenied',
  ICH01020I: 'invalidPassword', ICH01021I: 'invalidPassword', ICH01017I: 'invalidAttributeValue',
  ICH02004I: 'permissionDenied', ICH02006I: 'permissionDenied', ICH02007I: 'permissionDenied', ICH02008I: 'permissionDenied',
  ICH04001I: 'unknownUid', ICH04010I: 'permissionDenied', ICH05001I: 'unknownUid', ICH05005I: 'permissionDenied',
  ICH20002I: 'permissionDenied', ICH20003I: 'permissionDenied', ICH20005I: 'permissionDenied', ICH20010I: 'permissionDenied', ICH20016I: 'permissionDenied',
  ICH20017I: 'permissionDenied', ICH20019I: 'unknownUid', ICH20020I: 'invalidAttributeValue', ICH20006I: 'invalidAttributeValue', ICH20021I: 'permissionDenied',
  ICH21005I: 'permissionDenied', ICH21006I: 'permissionDenied', ICH21008I: 'permissionDenied', ICH21009I: 'unknownUid', ICH21010I: 'permissionDenied',
  ICH21012I: 'permissionDenied', ICH21016I: 'invalidPassword', ICH21017I: 'permissionDenied',
  ICH30001I: 'unknownUid', ICH30002I: 'permissionDenied', ICH30010I: 'permissionDenied',
  ICH32004I: 'permissionDenied', ICH51003I: 'unknownUid',
  IRR52021I: 'permissionDenied', IKJ56500I: 'configuration',
  IKJ56702I: 'invalidAttributeValue', IKJ56701I: 'invalidAttributeValue', IKJ56712I: 'invalidAttributeValue', IKJ56703A: 'invalidAttributeValue',
};

/** Said beside work that was done. ICH21019I and ICH21022I: the account already is in the state asked for. */
const HARMLESS: ReadonlySet<string> = new Set([
  'ICH01002I', 'ICH01015I', 'ICH01016I', 'ICH01019I', 'ICH02012I', 'ICH02013I', 'ICH05008I', 'ICH20018I', 'ICH21018I', 'ICH21019I', 'ICH21022I',
  'IKJ56644I', 'IKJ56650I', 'ICH04017I',
]);

/** Says that more is to come, or repeats what an earlier line said. */
const FOLLOWING: ReadonlySet<string> = new Set(['ICH01010I', 'ICH02003I', 'ICH04006I', 'ICH05004I', 'ICH20013I', 'ICH21004I']);

/** Said of one operand, while the others were carried out. */
const IGNORED = /\bIGNORED\b|\bNOT (?:ALTERED|ADDED)\b/;

/** Said of a profile that is not there: the command's own, or one it names, such as an owner. */
const NAMES_ANOTHER: ReadonlySet<string> = new Set(['ICH20019I', 'ICH21009I']);

export function messagesOf(lines: readonly string[]): readonly TsoMessage[] {
  return lines.flatMap((line) => {
    const [, id, text] = MESSAGE.exec(line) ?? [];
    return id === undefined || text === undefined ? [] : [{ id, text: text.trim() }];
  });
}

/**
 * TSO refuses a name by the same words whether it is wrong, taken or unknown: for a checked name of a command that adds it is
 * taken, and of one that changes or deletes it is unknown.
 */
function kindOf({ id, text }: TsoMessage, { verb, subject }: TsoCommand): ErrorKind {
  const isAboutSubject = id === 'IKJ56702I' && /^INVALID (?:USER ?ID|GROUP(?: NAME)?),/.test(text) && text.endsWith(`, ${subject}`);
  if (isAboutSubject) return verb.startsWith('ADD') ? 'alreadyExists' : 'unknownUid';
  if (NAMES_ANOTHER.has(id) && !text.split(/[\s,]+/).includes(subject)) return 'invalidAttributeValue';
  return KINDS[id] ?? 'connector';
}

/** What RACF says of a value may repeat it: behind the comma of IKJ messages stands what was typed. */
function shown({ id, text }: TsoMessage, hasSecrets: boolean): string {
  return hasSecrets ? `${id} ${text.split(',')[0] ?? ''}` : `${id} ${text}`;
}

/** The failure a command's output tells of; undefined when there is none. */
export function failureOf(command: TsoCommand, lines: readonly string[]): ConnectorError | undefined {
  const told = messagesOf(lines).filter(({ id }) => !HARMLESS.has(id));
  const first = told.find(({ id }) => !FOLLOWING.has(id)) ?? told[0];
  if (first === undefined) return undefined;
  const kind = kindOf(first, command);
  const all = told.map((message) => shown(message, command.hasSecrets)).join('; ');
  // RACF carries out the operands it can: a message we do not know may stand beside changes that were made.
  const isWrite = /^(?:ADD|ALT|DEL|CONNECT|REMOVE)/.test(command.verb);
  const isPartial = told.some(({ text }) => IGNORED.test(text));
  const outcome = isWrite && (kind === 'connector' || isPartial) ? 'unknown' : undefined;
  return new ConnectorError(kind, `RACF refused ${command.toString()}: ${all}`, { outcome });
}
