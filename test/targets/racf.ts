import { parseTso, type Item } from './tso-commands.js';

/**
 * A stand-in for RACF behind TSO: it carries out the commands of the RACF Command Language Reference (SA23-2292) that the connector
 * uses on profiles in memory, and answers with listings and messages in their published form. There is no RACF to be had for
 * tests; the listings' layout is that of the captured output in test/connectors/racf/captured-output.ts.
 */

type Segment = Map<string, string>;
interface Link { authority: string; owner: string; uacc: string }
interface User {
  name: string; owner: string; dfltgrp: string; password: string | undefined; phrase: string | undefined; passdate: string;
  attributes: Set<string>; clauth: Set<string>; model: string | undefined; data: string | undefined; days: string; time: string;
  seclabel: string | undefined; revoke: string | undefined; resume: string | undefined; links: Map<string, Link>; segments: Map<string, Segment>; access: string;
}
interface Group { owner: string; superior: string | undefined; termuacc: boolean; universal: boolean; data: string | undefined; model: string | undefined; segments: Map<string, Segment> }

const USER_SEGMENTS = ['TSO', 'OMVS', 'CICS', 'DCE', 'DFP', 'KERB', 'LANGUAGE', 'LNOTES', 'NDS', 'NETVIEW', 'OPERPARM', 'OVM', 'PROXY', 'WORKATTR'];
const FLAGS = ['SPECIAL', 'OPERATIONS', 'AUDITOR', 'ADSP', 'GRPACC', 'RESTRICTED', 'ROAUDIT', 'OIDCARD'];
const MONTHS = ['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'];
const ENCRYPTION = ['DES', 'DES3', 'DESD', 'AES128', 'AES256', 'AES128SHA2', 'AES256SHA2'];
/** Digits LISTUSER pads numbers to. */
const WIDTHS: Readonly<Record<string, number>> = { UID: 10, GID: 10, ASSIZEMAX: 10, CPUTIMEMAX: 10, FILEPROCMAX: 8, PROCUSERMAX: 8, MMAPAREAMAX: 8, SIZE: 8, MAXSIZE: 8, MAXTKTLFE: 10, OPCLASS: 3, OPPRTY: 5, RSLKEY: 5, TSLKEY: 5, STORAGE: 5 };
const LABELS: Readonly<Record<string, string>> = { RSLKEY: 'RSLKEYS', TSLKEY: 'TSLKEYS', ENCRYPT: 'KEY ENCRYPTION TYPE', PRIMARY: 'PRIMARY LANGUAGE', SECONDARY: 'SECONDARY LANGUAGE' };

const textOf = (items: readonly Item[] | undefined): string => (items ?? []).map(({ text }) => text).join(' ');

class Refused extends Error {}

const GROUP_SEGMENTS = ['OVM', 'OMVS', 'DFP', 'TME'];

function when(user: User, parts: readonly Item[]): void {
  for (const { text, inner } of parts) {
    if (text === 'DAYS') user.days = textOf(inner) === 'ANYDAY' ? 'ANYDAY' : (inner ?? []).map((day) => `${day.text.slice(0, 3)}.`).join(' ');
    else user.time = textOf(inner).replace(/^(\d\d)(\d\d):(\d\d)(\d\d)$/, '$1:$2 - $3:$4');
  }
}

function setPassword(user: User, value: string): void {
  if (value.length > 8) throw new Refused(`IKJ56702I INVALID PASSWORD, ${value}`);
  [user.password, user.passdate] = [value, '00.000'];
  user.attributes.delete('PROTECTED');
}

function setPhrase(user: User, value: string): void {
  if (value.length < 14) throw new Refused('ICH01021I NEW PASS PHRASE REJECTED BY RACF RULES');
  user.phrase = value;
  user.attributes.add('PASSPHRASE').delete('PROTECTED');
}

const USER_OPERANDS: Readonly<Record<string, (user: User, value: string, inner: readonly Item[]) => void>> = {
  NAME: (user, value) => { user.name = value === '' ? 'UNKNOWN' : value.toUpperCase(); }, OWNER: (user, value) => { user.owner = value; },
  PASSWORD: setPassword, PHRASE: setPhrase, NOPASSWORD: (user) => { [user.password, user.passdate] = [undefined, 'N/A']; }, NOPHRASE: (user) => { user.phrase = undefined; },
  CLAUTH: (user, value) => { for (const name of value.split(' ')) user.clauth.add(name); }, NOCLAUTH: (user, value) => { for (const name of value.split(' ')) user.clauth.delete(name); },
  MODEL: (user, value) => { user.model = value; }, NOMODEL: (user) => { user.model = undefined; }, SECLABEL: (user, value) => { user.seclabel = value; },
  WHEN: (user, _value, inner) => { when(user, inner); }, NOREVOKE: (user) => { user.revoke = undefined; }, NORESUME: (user) => { user.resume = undefined; },
  GROUP: () => undefined, AUTHORITY: (user, value) => { user.links.get(user.dfltgrp)!.authority = value; },
};

const GROUP_OPERANDS: Readonly<Record<string, (group: Group, value: string) => void>> = {
  OWNER: (group, value) => { group.owner = value; }, SUPGROUP: (group, value) => { group.superior = value; }, DATA: (group, value) => { group.data = value; },
  NODATA: (group) => { group.data = undefined; }, MODEL: (group, value) => { group.model = value; }, NOMODEL: (group) => { group.model = undefined; },
};
const NEW_GROUP_OPERANDS: typeof GROUP_OPERANDS = {
  UNIVERSAL: (group) => { group.universal = true; }, TERMUACC: (group) => { group.termuacc = true; }, NOTERMUACC: (group) => { group.termuacc = false; },
};

export class FakeRacf {
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  /** Every command that was run, secrets included. */
  readonly commands: string[] = [];
  /** Segments the administrator may not see. */
  readonly hidden = new Set<string>();
  /** Users and groups SEARCH leaves out, as it does those the administrator has no authority to. */
  readonly unlisted = new Set<string>();
  /** Answers instead of the command whose text begins so. */
  readonly answers: { readonly begin: string; readonly lines: readonly string[] }[] = [];
  readonly #administrator: string;

  constructor(administrator = 'IBMUSER') {
    this.#administrator = administrator;
    this.groups.set('SYS1', { owner: 'IBMUSER', superior: undefined, termuacc: true, universal: false, data: undefined, model: undefined, segments: new Map() });
    this.run(`ADDUSER ${administrator} SPECIAL PASSWORD(SYS1)`);
    this.commands.length = 0;
  }

  addGroup(name: string): void {
    this.groups.set(name, { owner: this.#administrator, superior: 'SYS1', termuacc: true, universal: false, data: undefined, model: undefined, segments: new Map() });
  }

  run(command: string): string[] {
    this.commands.push(command);
    const answer = this.answers.find(({ begin }) => command.startsWith(begin));
    if (answer !== undefined) return [...answer.lines];
    const [verb, subject, ...operands] = parseTso(command);
    try {
      return this.#carryOut(verb?.text ?? '', subject, operands);
    } catch (error) {
      if (error instanceof Refused) return error.message.split('\n');
      throw error;
    }
  }

  #carryOut(verb: string, subject: Item | undefined, operands: readonly Item[]): string[] {
    const id = subject?.text ?? '';
    const commands: Readonly<Record<string, () => string[]>> = {
      ADDUSER: () => this.#addUser(id, operands), ALTUSER: () => this.#alterUser(id, this.#user(id), operands, false), DELUSER: () => this.#deleteUser(id),
      CONNECT: () => this.#connect(id, operands), REMOVE: () => this.#remove(id, operands),
      ADDGROUP: () => this.#addGroup(id, operands), ALTGROUP: () => this.#alterGroup(this.#group(id), operands), DELGROUP: () => this.#deleteGroup(id),
      LISTUSER: () => this.#names(subject).flatMap((name) => this.#listUser(name, operands)), LISTGRP: () => this.#names(subject).flatMap((name) => this.#listGroup(name, operands)),
      SEARCH: () => this.#search(textOf(subject?.inner), operands),
    };
    return commands[verb]?.() ?? [`IKJ56500I COMMAND ${verb} NOT FOUND`];
  }

  #deleteUser(id: string): string[] {
    this.#user(id);
    this.users.delete(id);
    return [];
  }

  #names(subject: Item | undefined): string[] {
    return subject?.inner !== undefined && subject.text === '' ? subject.inner.map(({ text }) => text) : [subject?.text ?? ''];
  }

  #user(id: string): User {
    const user = this.users.get(id);
    if (user === undefined) throw new Refused(`IKJ56702I INVALID USERID, ${id}`);
    return user;
  }

  #group(id: string): Group {
    const group = this.groups.get(id);
    if (group === undefined) throw new Refused(`IKJ56702I INVALID GROUP, ${id}`);
    return group;
  }

  #addUser(id: string, operands: readonly Item[]): string[] {
    if (this.users.has(id)) throw new Refused(`IKJ56702I INVALID USERID, ${id}\nIKJ56701I MISSING USERID+`);
    const dfltgrp = textOf(operands.find(({ text }) => text === 'DFLTGRP')?.inner) || 'SYS1';
    this.#group(dfltgrp);
    const user: User = {
      name: 'UNKNOWN', owner: this.#administrator, dfltgrp, password: undefined, phrase: undefined, passdate: 'N/A', attributes: new Set(['PROTECTED']), clauth: new Set(), model: undefined,
      data: undefined, days: 'ANYDAY', time: 'ANYTIME', seclabel: undefined, revoke: undefined, resume: undefined,
      links: new Map([[dfltgrp, { authority: 'USE', owner: this.#administrator, uacc: 'NONE' }]]), segments: new Map(), access: 'UNKNOWN',
    };
    const lines = this.#alterUser(id, user, operands.filter(({ text }) => text !== 'DFLTGRP'), true);
    this.users.set(id, user);
    return lines;
  }

  #alterUser(id: string, user: User, operands: readonly Item[], isNew: boolean): string[] {
    if (isNew && operands.some(({ text }) => /^(?:NO)?(?:REVOKE|RESUME)$/.test(text))) throw new Refused('IKJ56712I INVALID KEYWORD, REVOKE');
    const lines: string[] = [];
    for (const operand of operands) lines.push(...this.#userOperand(id, user, operand));
    return lines;
  }

  #userOperand(id: string, user: User, { text, inner }: Item): string[] {
    const value = textOf(inner);
    const off = text.startsWith('NO') ? text.slice(2) : '';
    if (USER_SEGMENTS.includes(text)) this.#segment(user.segments, text, inner ?? []);
    else if (FLAGS.includes(text)) user.attributes.add(text);
    else if (FLAGS.includes(off)) user.attributes.delete(off);
    else if (text === 'REVOKE' || text === 'RESUME') return this.#state(id, user, text, value);
    else this.#baseOperand(user, text, value, inner ?? []);
    return [];
  }

  #baseOperand(user: User, text: string, value: string, inner: readonly Item[]): void {
    if (text === 'OWNER' && !this.users.has(value) && !this.groups.has(value)) throw new Refused(`ICH21004I OWNER NOT ALTERED\nICH21009I UNABLE TO LOCATE USER OR GROUP ENTRY ${value}`);
    const change = USER_OPERANDS[text];
    if (change === undefined) throw new Refused(`IKJ56712I INVALID KEYWORD, ${text}`);
    change(user, value, inner);
  }

  #state(id: string, user: User, text: 'REVOKE' | 'RESUME', date: string): string[] {
    if (date !== '') user[text === 'REVOKE' ? 'revoke' : 'resume'] = date;
    else if (text === 'REVOKE') user.attributes.add('REVOKED');
    else if (!user.attributes.delete('REVOKED')) return [`ICH21019I 'RESUME' IGNORED. ${id} NOT CURRENTLY REVOKED`];
    return [];
  }

  #segment(segments: Map<string, Segment>, name: string, operands: readonly Item[]): void {
    const segment = segments.get(name) ?? new Map<string, string>();
    segments.set(name, segment);
    for (const { text, inner } of operands) {
      if (inner === undefined) {
        segment.delete(text.slice(2));
        continue;
      }
      const value = textOf(inner);
      segment.set(text, stored(text, value, segment.get(text)));
      if (text === 'KERBNAME' && [...this.users.values()].filter((user) => user.segments.get('KERB')?.get('KERBNAME') === value && user.segments !== segments).length > 0) throw new Refused(`IRR52160I KERBNAME ${value} is already in use.`);
    }
  }

  #connect(id: string, operands: readonly Item[]): string[] {
    const user = this.#user(id);
    const value = (name: string): string | undefined => textOf(operands.find(({ text }) => text === name)?.inner) || undefined;
    const group = value('GROUP') ?? '';
    this.#group(group);
    const link = user.links.get(group) ?? { authority: 'USE', owner: this.#administrator, uacc: 'NONE' };
    user.links.set(group, { authority: value('AUTHORITY') ?? link.authority, owner: value('OWNER') ?? link.owner, uacc: value('UACC') ?? link.uacc });
    return [];
  }

  #remove(id: string, operands: readonly Item[]): string[] {
    const user = this.#user(id);
    const group = textOf(operands.find(({ text }) => text === 'GROUP')?.inner);
    if (group === user.dfltgrp) return [`ICH03005I ${id} NOT REMOVED, ${group} IS THE DEFAULT GROUP`];
    user.links.delete(group);
    return [];
  }

  #addGroup(id: string, operands: readonly Item[]): string[] {
    if (this.groups.has(id)) throw new Refused(`IKJ56702I INVALID GROUP, ${id}`);
    const group: Group = { owner: this.#administrator, superior: 'SYS1', termuacc: true, universal: false, data: undefined, model: undefined, segments: new Map() };
    this.#alterGroup(group, operands, true);
    this.groups.set(id, group);
    return [];
  }

  #alterGroup(group: Group, operands: readonly Item[], isNew = false): string[] {
    for (const { text, inner } of operands) {
      const value = textOf(inner);
      if (text === 'SUPGROUP') {
        this.#group(value);
        if (!isNew && group.superior === value) throw new Refused(`ICH20015I SUPGROUP NOT ALTERED FOR ${value}`);
      }
      const change = GROUP_OPERANDS[text] ?? (isNew ? NEW_GROUP_OPERANDS[text] : undefined);
      if (GROUP_SEGMENTS.includes(text)) this.#segment(group.segments, text, inner ?? []);
      else if (change === undefined) throw new Refused(`IKJ56712I INVALID KEYWORD, ${text}`);
      else change(group, value);
    }
    return [];
  }

  #deleteGroup(id: string): string[] {
    this.#group(id);
    if ([...this.users.values()].some(({ links }) => links.has(id))) return [`ICH05004I ${id} NOT DELETED`];
    this.groups.delete(id);
    return [];
  }

  #listUser(id: string, operands: readonly Item[]): string[] {
    const user = this.users.get(id);
    if (user === undefined) return [`ICH30001I UNABLE TO LOCATE USER    ENTRY ${id}`];
    const { passdate, attributes, clauth } = user;
    const interval = passdate === 'N/A' ? 'N/A' : '180';
    return [
      `USER=${id}  NAME=${user.name === 'UNKNOWN' ? user.name : user.name.padEnd(20)}  OWNER=${user.owner.padEnd(8)}  CREATED=24.005`,
      ` DEFAULT-GROUP=${user.dfltgrp.padEnd(8)} PASSDATE=${passdate.padEnd(6)} PASS-INTERVAL=${interval} PHRASEDATE=N/A`,
      ` ATTRIBUTES=${[...attributes].join(' ') || 'NONE'}`,
      ` REVOKE DATE=${longDate(user.revoke)}   RESUME DATE=${longDate(user.resume)}`,
      ` LAST-ACCESS=${user.access}`,
      ` CLASS AUTHORIZATIONS=${[...clauth].join(' ') || 'NONE'}`,
      ...(user.data === undefined ? [' NO-INSTALLATION-DATA'] : [` INSTALLATION-DATA=${user.data}`]),
      user.model === undefined ? ' NO-MODEL-NAME' : ` MODEL-NAME=${user.model}`,
      ' LOGON ALLOWED   (DAYS)          (TIME)', ' ---------------------------------------------', ` ${user.days.padEnd(32)}${user.time}`,
      ...[...user.links].flatMap(([group, { authority, owner, uacc }]) => [
        `  GROUP=${group.padEnd(8)}  AUTH=${authority.padEnd(8)} CONNECT-OWNER=${owner.padEnd(8)}  CONNECT-DATE=24.005`,
        `    CONNECTS=    00  UACC=${uacc.padEnd(8)} LAST-CONNECT=UNKNOWN`, '    CONNECT ATTRIBUTES=NONE', '    REVOKE DATE=NONE   RESUME DATE=NONE',
      ]),
      'SECURITY-LEVEL=NONE SPECIFIED', 'CATEGORY-AUTHORIZATION', ' NONE SPECIFIED', `SECURITY-LABEL=${user.seclabel ?? 'NONE SPECIFIED'}`,
      ...this.#segmentLines(user.segments, operands),
    ];
  }

  #listGroup(id: string, operands: readonly Item[]): string[] {
    const group = this.groups.get(id);
    if (group === undefined) return ['ICH51003I NAME NOT FOUND IN RACF DATA SET'];
    const subgroups = [...this.groups].filter(([, { superior }]) => superior === id).map(([name]) => name);
    const users = [...this.users].filter(([, { links }]) => links.has(id));
    return [
      `INFORMATION FOR GROUP ${id}`,
      `    SUPERIOR GROUP=${(group.superior ?? 'NONE').padEnd(12)} OWNER=${group.owner.padEnd(8)}    CREATED=24.005`,
      group.data === undefined ? '    NO INSTALLATION DATA' : `    INSTALLATION DATA=${group.data}`,
      group.model === undefined ? '    NO MODEL DATA SET' : `    MODEL DATA SET=${group.model}`,
      group.termuacc ? '    TERMUACC' : '    NOTERMUACC', ...(group.universal ? ['    UNIVERSAL'] : []),
      subgroups.length === 0 ? '    NO SUBGROUPS' : `    SUBGROUP(S)= ${subgroups.join(' ')}`,
      ...(users.length === 0 ? ['    NO USERS'] : ['    USER(S)=      ACCESS=      ACCESS COUNT=      UNIVERSAL ACCESS=', ...users.flatMap(([name, { links }]) => [
        `      ${name.padEnd(13)} ${(links.get(id)?.authority ?? 'USE').padEnd(13)} 000000               ${links.get(id)?.uacc ?? 'NONE'}`,
        '         CONNECT ATTRIBUTES=NONE', '         REVOKE DATE=NONE                 RESUME DATE=NONE',
      ])]),
      ...this.#segmentLines(group.segments, operands),
    ];
  }

  #segmentLines(segments: ReadonlyMap<string, Segment>, operands: readonly Item[]): string[] {
    return operands.flatMap(({ text }) => {
      if (this.hidden.has(text)) return [`IRR52021I You are not authorized to view ${text} segments.`];
      const segment = segments.get(text);
      if (segment === undefined) return [' ', `NO ${text} INFORMATION`];
      const heading = `${text} INFORMATION`;
      return [' ', heading, '-'.repeat(heading.length), ...[...segment].map(([field, value]) => `${LABELS[field] ?? field}${text === 'LANGUAGE' ? ':' : '='} ${padded(field, value)}`)];
    });
  }

  #search(className: string, operands: readonly Item[]): string[] {
    const mask = textOf(operands.find(({ text }) => text === 'MASK')?.inner);
    const names = [...(className === 'USER' ? this.users : this.groups).keys()].filter((name) => name.startsWith(mask) && !this.unlisted.has(name)).sort();
    return names.length === 0 ? ['ICH31005I NO ENTRIES MEET SEARCH CRITERIA'] : names;
  }
}

/** As RACF keeps and shows it. */
function stored(field: string, value: string, held: string | undefined): string {
  if (field === 'ENCRYPT') return encryption(held, value);
  const digits = value.padStart(4, '0');
  return field === 'TIMEOUT' ? `${digits.slice(0, 2)}:${digits.slice(2)} (HH:MM)` : field === 'ROLES' ? value.toUpperCase() : value;
}

function padded(field: string, value: string): string {
  const width = WIDTHS[field];
  return width === undefined ? value : value.split(' ').map((word) => (/^\d+$/.test(word) ? word.padStart(width, '0') : word)).join(' ');
}

function encryption(held: string | undefined, given: string): string {
  const on = new Set((held ?? ENCRYPTION.join(' ')).split(' ').filter((word) => !word.startsWith('NO')));
  for (const word of given.split(' ')) {
    if (word.startsWith('NO')) on.delete(word.slice(2));
    else on.add(word);
  }
  return ENCRYPTION.map((type) => (on.has(type) ? type : `NO${type}`)).join(' ');
}

function longDate(date: string | undefined): string {
  const [month = '1', day = '1', year = '00'] = (date ?? '').split('/');
  return date === undefined ? 'NONE' : `${MONTHS[Number(month) - 1] ?? ''} ${Number(day)}, 20${year}`;
}
