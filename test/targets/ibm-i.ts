/**
 * A stand-in for IBM i: user profiles in memory, CRTUSRPRF, CHGUSRPRF and DLTUSRPRF of the CL reference (IBM i 7.5) on them, and
 * their rows as QSYS2.USER_INFO_BASIC shows them. Column names: https://www.ibm.com/docs/en/i/7.5?topic=services-user-info-view, and
 * the module ibmi_user_compliance_check of https://github.com/IBM/ansible-for-i, whose sample also has the padding of lists,
 * `*JOBCTL    *SAVSYS    `. Types (VARCHAR or INTEGER): as RPG programs declare them that read the view
 * (github.com/bobcozzi/iQuery, WRKUSR: special authorities 88, options 77, supplemental groups 150 characters). Its parser of
 * CL shares nothing with the connector. There is no IBM i to be had for tests.
 */

export interface ClValue { readonly text: string; readonly isQuoted: boolean }

export class ClError extends Error {
  readonly id: string;
  constructor(id: string, text: string) {
    super(text);
    this.id = id;
  }
}

/** Reads a CL command from its beginning on. */
class ClReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): string | undefined {
    return this.#text[this.#at];
  }

  fail(why: string): never {
    throw new ClError('CPF0006', `Errors occurred in command: ${why} at ${this.#at}`);
  }

  skipBlanks(): void {
    while (this.peek() === ' ') this.#at++;
  }

  /** The character has to be there. */
  take(character: string, otherwise: string): void {
    if (this.peek() !== character) this.fail(otherwise);
    this.#at++;
  }

  word(): string {
    const start = this.#at;
    for (let next = this.peek(); next !== undefined && !" ()'".includes(next); next = this.peek()) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #quoted(): string {
    let text = '';
    for (this.#at++; this.peek() !== "'" || this.#text[this.#at + 1] === "'"; this.#at++) {
      if (this.peek() === undefined) this.fail('an apostrophe is not closed');
      if (this.peek() === "'") this.#at++;
      text += this.peek() ?? '';
    }
    this.#at++;
    if (this.peek() !== ' ' && this.peek() !== ')') this.fail('text behind an apostrophe');
    return text;
  }

  value(): ClValue {
    if (this.peek() === "'") return { text: this.#quoted(), isQuoted: true };
    if (this.peek() === undefined || this.peek() === '(') this.fail('a parenthesis is not closed, or a list stands in a list');
    return { text: this.word(), isQuoted: false };
  }

  /** Up to the closing parenthesis. */
  values(): ClValue[] {
    const values: ClValue[] = [];
    for (this.skipBlanks(); this.peek() !== ')'; this.skipBlanks()) values.push(this.value());
    this.#at++;
    if (this.peek() !== undefined && this.peek() !== ' ') this.fail('text behind a parameter');
    return values;
  }
}

/** `VERB KEY(value 'quoted value' …) …`; anything else is an error of syntax. */
export function parseCl(command: string): { readonly verb: string; readonly parameters: ReadonlyMap<string, readonly ClValue[]> } {
  const reader = new ClReader(command);
  const verb = reader.word();
  if (!/^[A-Z]{3,10}$/.test(verb)) reader.fail('no command');
  const parameters = new Map<string, ClValue[]>();
  for (reader.skipBlanks(); reader.peek() !== undefined; reader.skipBlanks()) {
    const keyword = reader.word();
    if (!/^[A-Z]{2,10}$/.test(keyword) || parameters.has(keyword)) reader.fail(`no parameter ${keyword}`);
    reader.take('(', `no value of ${keyword}`);
    parameters.set(keyword, reader.values());
  }
  return { verb, parameters };
}

export type ProfileRow = Record<string, string | number | null>;

const padded = (words: readonly string[], width: number): string => words.map((word) => word.padEnd(width)).join('');
const TODAY = Date.UTC(2022, 7, 29);
const DAY = 86_400_000;
const timestamp = (time: number, clock = '00:00:00'): string => `${new Date(time).toISOString().slice(0, 10)} ${clock}.000000`;

function newRow(name: string, uid: number): ProfileRow {
  return {
    AUTHORIZATION_NAME: name, PREVIOUS_SIGNON: null, SIGN_ON_ATTEMPTS_NOT_VALID: 0, STATUS: '*ENABLED', PASSWORD_CHANGE_DATE: timestamp(TODAY, '05:15:20'), NO_PASSWORD_INDICATOR: 'YES',
    PASSWORD_EXPIRATION_INTERVAL: 0, DATE_PASSWORD_EXPIRES: null, SET_PASSWORD_TO_EXPIRE: 'NO', USER_CLASS_NAME: '*USER', SPECIAL_AUTHORITIES: '', GROUP_PROFILE_NAME: '*NONE',
    SUPPLEMENTAL_GROUP_COUNT: 0, SUPPLEMENTAL_GROUP_LIST: null, OWNER: '*USRPRF', GROUP_AUTHORITY: '*NONE', ASSISTANCE_LEVEL: '*SYSVAL', CURRENT_LIBRARY_NAME: '*CRTDFT', INITIAL_MENU_NAME: 'MAIN',
    INITIAL_MENU_LIBRARY_NAME: '*LIBL', INITIAL_PROGRAM_NAME: '*NONE', INITIAL_PROGRAM_LIBRARY_NAME: '', LIMIT_CAPABILITIES: '*NO', TEXT_DESCRIPTION: '', DISPLAY_SIGNON_INFORMATION: '*SYSVAL',
    LIMIT_DEVICE_SESSIONS: '*SYSVAL', KEYBOARD_BUFFERING: '*SYSVAL', MAXIMUM_ALLOWED_STORAGE: null, STORAGE_USED: 12, HIGHEST_SCHEDULING_PRIORITY: '3', JOB_DESCRIPTION_NAME: 'QDFTJOBD',
    JOB_DESCRIPTION_LIBRARY_NAME: 'QGPL', ACCOUNTING_CODE: '', MESSAGE_QUEUE_NAME: name, MESSAGE_QUEUE_LIBRARY_NAME: 'QUSRSYS', MESSAGE_QUEUE_DELIVERY_METHOD: '*NOTIFY', MESSAGE_QUEUE_SEVERITY: 0,
    OUTPUT_QUEUE_NAME: '*WRKSTN', OUTPUT_QUEUE_LIBRARY_NAME: '', PRINT_DEVICE: '*WRKSTN', SPECIAL_ENVIRONMENT: '*SYSVAL', ATTENTION_KEY_HANDLING_PROGRAM_NAME: '*SYSVAL',
    ATTENTION_KEY_HANDLING_PROGRAM_LIBRARY_NAME: '', LANGUAGE_ID: '*SYSVAL', COUNTRY_OR_REGION_ID: '*SYSVAL', CHARACTER_CODE_SET_ID: '*SYSVAL', USER_OPTIONS: '', SORT_SEQUENCE_TABLE_NAME: '*SYSVAL',
    SORT_SEQUENCE_TABLE_LIBRARY_NAME: '', OBJECT_AUDITING_VALUE: '*NONE', USER_ACTION_AUDIT_LEVEL: '*BASIC', GROUP_AUTHORITY_TYPE: '*PRIVATE', USER_ID_NUMBER: uid, GROUP_ID_NUMBER: 0,
    LOCALE_JOB_ATTRIBUTES: '*SYSVAL', GROUP_MEMBER_INDICATOR: 'NO', CHARACTER_IDENTIFIER_CONTROL: '*SYSVAL', LOCAL_PASSWORD_MANAGEMENT: 'YES', BLOCK_PASSWORD_CHANGE: '*SYSVAL',
    USER_ENTITLEMENT_REQUIRED: 'YES', USER_EXPIRATION_DATE: null, USER_EXPIRATION_INTERVAL: 0, USER_EXPIRATION_ACTION: '*DISABLE', HOME_DIRECTORY: `/home/${name}`, LOCALE_PATH_NAME: '*SYSVAL',
    AUTHORITY_COLLECTION_ACTIVE: 'NO', AUTHORITY_COLLECTION_REPOSITORY_EXISTS: 'NO',
  };
}

/** Parameters that go into one column as they are. */
const PLAIN: Readonly<Record<string, string>> = {
  STATUS: 'STATUS', USRCLS: 'USER_CLASS_NAME', ASTLVL: 'ASSISTANCE_LEVEL', CURLIB: 'CURRENT_LIBRARY_NAME', LMTCPB: 'LIMIT_CAPABILITIES', TEXT: 'TEXT_DESCRIPTION', SPCENV: 'SPECIAL_ENVIRONMENT',
  DSPSGNINF: 'DISPLAY_SIGNON_INFORMATION', LMTDEVSSN: 'LIMIT_DEVICE_SESSIONS', KBDBUF: 'KEYBOARD_BUFFERING', OWNER: 'OWNER', DLVRY: 'MESSAGE_QUEUE_DELIVERY_METHOD', PRTDEV: 'PRINT_DEVICE',
  LANGID: 'LANGUAGE_ID', CNTRYID: 'COUNTRY_OR_REGION_ID', CHRIDCTL: 'CHARACTER_IDENTIFIER_CONTROL', PTYLMT: 'HIGHEST_SCHEDULING_PRIORITY', PWDCHGBLK: 'BLOCK_PASSWORD_CHANGE', LOCALE: 'LOCALE_PATH_NAME', GRPPRF: 'GROUP_PROFILE_NAME',
};
const NUMBERS: Readonly<Record<string, string>> = { SEV: 'MESSAGE_QUEUE_SEVERITY', USREXPITV: 'USER_EXPIRATION_INTERVAL' };
const OBJECTS: Readonly<Record<string, readonly [prefix: string, library: string]>> = {
  INLPGM: ['INITIAL_PROGRAM', '*LIBL'], INLMNU: ['INITIAL_MENU', '*LIBL'], JOBD: ['JOB_DESCRIPTION', 'QGPL'], MSGQ: ['MESSAGE_QUEUE', 'QUSRSYS'], OUTQ: ['OUTPUT_QUEUE', 'QGPL'],
  ATNPGM: ['ATTENTION_KEY_HANDLING_PROGRAM', 'QSYS'], SRTSEQ: ['SORT_SEQUENCE_TABLE', '*LIBL'],
};
const FLAGS: Readonly<Record<string, string>> = { PWDEXP: 'SET_PASSWORD_TO_EXPIRE', LCLPWDMGT: 'LOCAL_PASSWORD_MANAGEMENT' };
const IGNORED = new Set(['USRPRF', 'DOCPWD', 'EIMASSOC', 'AUT', 'USREXPDATE', 'USREXPITV']);

/** A number, or the code of a special value. */
const coded = (first: string, codes: Readonly<Record<string, number | null>>): number | null => (first in codes ? codes[first] ?? null : Number(first));

const FURTHER: Readonly<Record<string, (row: ProfileRow, first: string, texts: readonly string[], name: string) => void>> = {
  SPCAUT: (row, _first, texts) => { row['SPECIAL_AUTHORITIES'] = padded(texts, 11); },
  SETJOBATR: (row, _first, texts) => { row['LOCALE_JOB_ATTRIBUTES'] = padded(texts, 11); },
  USROPT: (row, _first, texts) => { row['USER_OPTIONS'] = padded(texts, 11); },
  SUPGRPPRF: (row, _first, texts) => { row['SUPPLEMENTAL_GROUP_LIST'] = texts.length === 0 ? null : padded(texts, 10); },
  ACGCDE: (row, first) => { row['ACCOUNTING_CODE'] = first === '*BLANK' ? '' : first; },
  PWDEXPITV: (row, first) => { row['PASSWORD_EXPIRATION_INTERVAL'] = coded(first, { '*SYSVAL': 0, '*NOMAX': -1 }); },
  MAXSTG: (row, first) => { row['MAXIMUM_ALLOWED_STORAGE'] = coded(first, { '*NOMAX': null }); },
  CCSID: (row, first) => { row['CHARACTER_CODE_SET_ID'] = first === '*HEX' ? '65535' : first; },
  UID: (row, first) => { if (first !== '*GEN') row['USER_ID_NUMBER'] = Number(first); },
  HOMEDIR: (row, first, _texts, name) => { row['HOME_DIRECTORY'] = first === '*USRPRF' ? `/home/${name}` : first; },
};

export class FakeIbmI {
  readonly rows = new Map<string, ProfileRow>();
  readonly passwords = new Map<string, string>();
  /** Every CL command that was run, secrets included. */
  readonly commands: string[] = [];
  /** Profiles that show only when they are asked for by name. */
  readonly unlisted = new Set<string>();
  /** Message ids to answer the next commands of a verb with. */
  readonly refusals: { readonly verb: string; readonly id: string; readonly text: string }[] = [];
  #uids = 1276;

  constructor(administrator = 'QSECADM') {
    this.rows.set(administrator, newRow(administrator, 100));
  }

  addGroup(name: string, gid: number): void {
    this.rows.set(name, { ...newRow(name, ++this.#uids), GROUP_ID_NUMBER: gid, GROUP_AUTHORITY: '*NONE', GROUP_AUTHORITY_TYPE: '*PRIVATE' });
  }

  /** Throws a ClError. */
  run(command: string): void {
    this.commands.push(command);
    const { verb, parameters } = parseCl(command);
    const refusal = this.refusals.find((known) => known.verb === verb);
    if (refusal !== undefined) {
      this.refusals.splice(this.refusals.indexOf(refusal), 1);
      throw new ClError(refusal.id, refusal.text);
    }
    if (verb === 'CHGJOB') return;
    const name = parameters.get('USRPRF')?.[0]?.text ?? '';
    if (!/^[A-Z#$@][A-Z0-9#$@_]{0,9}$/.test(name)) throw new ClError('CPD0084', `Value ${name} for parameter USRPRF not a valid name.`);
    if (verb === 'CRTUSRPRF') this.#create(name, parameters);
    else if (verb === 'CHGUSRPRF') this.#change(name, parameters);
    else if (verb === 'DLTUSRPRF') this.#delete(name);
    else throw new ClError('CPD0030', `Command ${verb} in library *LIBL not found.`);
  }

  #create(name: string, parameters: ReadonlyMap<string, readonly ClValue[]>): void {
    if (this.rows.has(name)) throw new ClError('CPF2214', `User profile ${name} already exists.`);
    const row = newRow(name, ++this.#uids);
    // The command's own default: the profile's name.
    const withDefault = new Map([['PASSWORD', [{ text: '*USRPRF', isQuoted: false }]], ...parameters]);
    this.#apply(name, row, withDefault);
    this.rows.set(name, row);
  }

  #change(name: string, parameters: ReadonlyMap<string, readonly ClValue[]>): void {
    const row = this.rows.get(name);
    if (row === undefined) throw new ClError('CPF2204', `User profile ${name} not found.`);
    const changed = { ...row };
    this.#apply(name, changed, parameters);
    this.rows.set(name, changed);
  }

  #delete(name: string): void {
    if (!this.rows.delete(name)) throw new ClError('CPF2204', `User profile ${name} not found.`);
  }

  #apply(name: string, row: ProfileRow, parameters: ReadonlyMap<string, readonly ClValue[]>): void {
    for (const [keyword, values] of parameters) this.#parameter(name, row, keyword, values.map(({ text }) => text));
    this.#expiration(row, parameters.get('USREXPDATE')?.[0]?.text, parameters.get('USREXPITV')?.[0]?.text);
    const expires = Number(row['PASSWORD_EXPIRATION_INTERVAL']);
    row['DATE_PASSWORD_EXPIRES'] = expires > 0 ? timestamp(TODAY + expires * DAY) : null;
  }

  #expiration(row: ProfileRow, date: string | undefined, days: string | undefined): void {
    const interval = Number(days ?? row['USER_EXPIRATION_INTERVAL']);
    if (days !== undefined && date !== '*USREXPITV') throw new ClError('CPD22F2', 'USREXPITV not valid without USREXPDATE(*USREXPITV).');
    if (date === '*USREXPITV') Object.assign(row, { USER_EXPIRATION_DATE: timestamp(TODAY + interval * DAY), USER_EXPIRATION_INTERVAL: interval });
    else if (date === '*NONE') row['USER_EXPIRATION_DATE'] = null;
    else if (date !== undefined) row['USER_EXPIRATION_DATE'] = `20${date.slice(6)}-${date.slice(0, 2)}-${date.slice(3, 5)} 00:00:00.000000`;
  }

  #parameter(name: string, row: ProfileRow, keyword: string, texts: readonly string[]): void {
    const [first = ''] = texts;
    const object = OBJECTS[keyword];
    if (PLAIN[keyword] !== undefined) row[PLAIN[keyword]] = first === '*BLANK' ? '' : first;
    else if (NUMBERS[keyword] !== undefined) row[NUMBERS[keyword]] = Number(first);
    else if (FLAGS[keyword] !== undefined) row[FLAGS[keyword]] = first === '*YES' ? 'YES' : 'NO';
    else if (object !== undefined) this.#object(name, row, keyword, first, object);
    else if (keyword === 'PASSWORD') this.#password(name, row, first);
    else this.#further(name, row, keyword, texts, first);
  }

  #object(name: string, row: ProfileRow, keyword: string, given: string, [prefix, library]: readonly [string, string]): void {
    const resolved = keyword === 'MSGQ' && given === '*USRPRF' ? name : keyword === 'ATNPGM' && given === '*ASSIST' ? 'QEZMAIN' : given;
    const [where, what] = resolved.includes('/') ? resolved.split('/') : [resolved.startsWith('*') ? '' : library, resolved];
    Object.assign(row, { [`${prefix}_NAME`]: what, [`${prefix}_LIBRARY_NAME`]: where });
  }

  #password(name: string, row: ProfileRow, given: string): void {
    if (given.length > 0 && given.length < 4 && given !== '*NONE') throw new ClError('CPF22C2', `Password less than 4 characters: ${given}`);
    row['NO_PASSWORD_INDICATOR'] = given === '*NONE' ? 'YES' : 'NO';
    this.passwords.set(name, given === '*USRPRF' ? name : given);
  }

  #further(name: string, row: ProfileRow, keyword: string, texts: readonly string[], first: string): void {
    const change = FURTHER[keyword];
    if (change !== undefined) change(row, first, first === '*NONE' ? [] : texts, name);
    else if (!IGNORED.has(keyword)) throw new ClError('CPD0043', `Keyword ${keyword} not valid for this command.`);
  }
}
