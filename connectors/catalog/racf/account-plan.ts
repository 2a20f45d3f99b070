import { ENABLE, NAME, PASSWORD, attributeKey, type Attribute, type GuardedString } from '../../../protocol/model/index.js';
import { folded, isCleared } from '../../framework/given-values.js';
import { ATTRIBUTE_FLAGS } from './account-object.js';
import { booleanOf, refuseValue, secretOf, singleText, textsOf } from './attributes/given-values.js';
import { dateOperand, whenOperand } from './attributes/logon-times.js';
import { dataSetName, oneOf, quoted, word } from './attributes/operand-values.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import { addSegmentOperand, byName } from './attributes/segment-operands.js';
import type { Segment } from './attributes/segments.js';
import type { UserListing } from './output/list-user.js';
import { Operands, TsoCommand, passwordOperand, phraseOperand, profileName, type CommandPart } from './tso/command.js';
import { connectCommands, membershipsOf, type Membership } from './memberships.js';

/** Attributes nobody can set, and those that only a new account takes. */
const READ_ONLY = ['LAST-ACCESS', 'PASS-INTERVAL', 'PHRASEDATE', 'PASSDATE', 'SECLEVEL'];
export const IMMUTABLE: readonly string[] = ['userId', NAME, 'DFLTGRP', 'SECLABEL', ...READ_ONLY];
const UNREADABLE_KEYWORDS: ReadonlySet<string> = new Set(['PROTECTED', 'PASSPHRASE', 'REVOKED']);
const KEYWORDS: readonly string[] = [...ATTRIBUTE_FLAGS, 'ROAUDIT', 'OIDCARD'];
const SEGMENT_ATTRIBUTES = byName(ACCOUNT_SEGMENT_ATTRIBUTES);

/** What one request asks of an account, collected attribute by attribute. */
class AccountPlan {
  readonly operands = new Operands();
  /** Dates of revocation: ADDUSER has no operands for them. */
  readonly dates = new Operands();
  /** Whether a password or a phrase is set. */
  hasSecret = false;
  isEnabled: boolean | undefined;
  memberships: readonly Membership[] | undefined;
  readonly furtherGroups: string[] = [];
  readonly current: UserListing | undefined;
  readonly segments: readonly Segment[];
  readonly #keywords = new Map<string, boolean>();

  constructor(current: UserListing | undefined, segments: readonly Segment[]) {
    this.current = current;
    this.segments = segments;
  }

  /** One system-wide attribute; ATTRIBUTES and the attribute of its own may not contradict each other. */
  keyword(keyword: string, isSet: boolean, attribute: string): void {
    const before = this.#keywords.get(keyword);
    if (before !== undefined && before !== isSet) refuseValue(attribute, `and ATTRIBUTES say different things of ${keyword}.`);
    this.#keywords.set(keyword, isSet);
  }

  /** Whether the account has it at present. */
  holds(keyword: string): boolean {
    return this.current?.attributes.includes(keyword) ?? false;
  }

  /** Whether the request has said something of it so far. */
  hasKeyword(keyword: string): boolean {
    return this.#keywords.has(keyword);
  }

  /** Those that are not as they should be, as operands. */
  addKeywords(): void {
    for (const [keyword, isSet] of this.#keywords) {
      if (this.holds(keyword) !== isSet) this.operands.base(isSet ? keyword : `NO${keyword}`);
    }
  }
}

type Writer = (plan: AccountPlan, attribute: Attribute) => void;

/** An operand with a value, and the one that clears it; without one the attribute cannot be cleared. */
function operand(name: string, write: (value: string, attribute: string) => string, cleared?: string): Writer {
  return (plan, attribute) => {
    if (!isCleared(attribute)) plan.operands.base(`${name}(${write(singleText(attribute), attribute.name)})`);
    else if (cleared === undefined) refuseValue(attribute.name, 'cannot be cleared: give a value.');
    else if (plan.current !== undefined) plan.operands.base(cleared);
  };
}

const date = (name: string): Writer => (plan, attribute) => {
  if (isCleared(attribute)) {
    if (plan.current !== undefined) plan.dates.base(`NO${name}`);
  } else plan.dates.base(`${name}(${dateOperand(attribute.name, singleText(attribute))})`);
};

const authority: Writer = (plan, attribute) => {
  const group = plan.current?.defaultGroup;
  if (group !== undefined) plan.operands.base(`GROUP(${group})`);
  plan.operands.base(`AUTHORITY(${oneOf('USE', 'CREATE', 'CONNECT', 'JOIN')(singleText(attribute), attribute.name)})`);
};

/** The words of ATTRIBUTES. */
function wantedKeywords(attribute: Attribute): ReadonlySet<string> {
  const wanted = new Set(textsOf(attribute).map(folded).filter((text) => text !== 'NONE'));
  for (const keyword of wanted) {
    if (!KEYWORDS.includes(keyword) && !UNREADABLE_KEYWORDS.has(keyword)) refuseValue('ATTRIBUTES', `names ${keyword}: use ${KEYWORDS.join(', ')}.`);
  }
  return wanted;
}

const systemAttributes: Writer = (plan, attribute) => {
  const wanted = wantedKeywords(attribute);
  for (const keyword of KEYWORDS) {
    // One that an attribute of its own has set already is only checked, and only if it is named here.
    if (wanted.has(keyword)) plan.keyword(keyword, true, plan.hasKeyword(keyword) ? keyword : 'ATTRIBUTES');
    else if (plan.holds(keyword) && !plan.hasKeyword(keyword)) plan.keyword(keyword, false, 'ATTRIBUTES');
  }
  if (wanted.has('OIDCARD') && !plan.holds('OIDCARD')) refuseValue('ATTRIBUTES', 'names OIDCARD: RACF asks for the card at a terminal.');
  if (wanted.has('PROTECTED') && !plan.holds('PROTECTED')) protect(plan);
};

/** PROTECTED is what an account is that has neither a password nor a phrase. */
function protect(plan: AccountPlan): void {
  if (plan.hasSecret) refuseValue('ATTRIBUTES', 'names PROTECTED, which an account with a password or a phrase is not: give one or the other.');
  if (plan.current === undefined) return;
  plan.operands.base('NOPASSWORD');
  if (plan.holds('PASSPHRASE')) plan.operands.base('NOPHRASE');
}

const classAuthorizations: Writer = (plan, attribute) => {
  if (isCleared(attribute)) {
    const held = plan.current?.classAuthorizations ?? [];
    if (held.length > 0) plan.operands.base(`NOCLAUTH(${held.join(' ')})`);
    return;
  }
  plan.operands.base(`CLAUTH(${textsOf(attribute).map((text) => word(8)(text, attribute.name)).join(' ')})`);
};

/** `none`: the operand of an account that has no such secret. */
function secret(write: (value: GuardedString) => CommandPart, none: string): Writer {
  return (plan, attribute) => {
    if (isCleared(attribute)) {
      if (plan.current !== undefined) plan.operands.base(none);
      return;
    }
    plan.hasSecret = true;
    plan.operands.base(write(secretOf(attribute)));
  };
}

const logon: Writer = (plan, attribute) => {
  plan.operands.base(isCleared(attribute) ? 'WHEN(DAYS(ANYDAY) TIME(ANYTIME))' : whenOperand(attribute));
};

const WRITERS: readonly (readonly [string, Writer])[] = [
  ['NAME', operand('NAME', quoted(20), 'NAME()')], ['OWNER', operand('OWNER', word(8))], ['DFLTGRP', operand('DFLTGRP', word(8))],
  ['SECLABEL', operand('SECLABEL', word(8))], ['MODEL', operand('MODEL', dataSetName, 'NOMODEL')], ['AUTHORITY', authority],
  [PASSWORD, secret(passwordOperand, 'NOPASSWORD')], ['PHRASE', secret(phraseOperand, 'NOPHRASE')], ['REVOKE', date('REVOKE')], ['RESUME', date('RESUME')], ['WHEN', logon],
  ['CLAUTH', classAuthorizations], ['ATTRIBUTES', systemAttributes],
  [ENABLE, (plan, attribute) => { plan.isEnabled = booleanOf(attribute); }],
  ['__GROUP__', (plan, attribute) => { plan.memberships = membershipsOf(attribute); }],
  ['GROUP', (plan, attribute) => { plan.furtherGroups.push(...textsOf(attribute).map((text) => profileName(text, 'GROUP'))); }],
  ...ATTRIBUTE_FLAGS.map((name): [string, Writer] => [name, (plan, attribute) => { plan.keyword(name, !isCleared(attribute) && booleanOf(attribute), name); }]),
];
const BASE: ReadonlyMap<string, Writer> = new Map(WRITERS.map(([name, writer]) => [attributeKey(name), writer]));

/** Refuses an attribute that cannot be changed, unless it says what is so already. */
function checkUnchanged(attribute: Attribute, held: readonly string[]): void {
  const wanted = textsOf(attribute).map((text) => text.toUpperCase());
  if (wanted.join(' ') !== held.join(' ').toUpperCase()) refuseValue(attribute.name, 'cannot be changed.');
}

function heldOf(user: UserListing, name: string): readonly string[] {
  const fields: Readonly<Record<string, string | undefined>> = {
    userid: user.userId, [attributeKey(NAME)]: user.userId, dfltgrp: user.defaultGroup, seclabel: user.securityLabel, seclevel: user.securityLevel,
    'last-access': user.lastAccess, 'pass-interval': user.passwordInterval, passdate: user.passwordDate, phrasedate: user.phraseDate,
  };
  const held = fields[attributeKey(name)];
  return held === undefined ? [] : [held];
}

const isImmutable = (name: string): boolean => IMMUTABLE.some((known) => attributeKey(known) === attributeKey(name));
const isReadOnly = (name: string): boolean => READ_ONLY.some((known) => attributeKey(known) === attributeKey(name));

function collect(plan: AccountPlan, attribute: Attribute): void {
  const { current } = plan;
  if (current !== undefined && isImmutable(attribute.name)) return checkUnchanged(attribute, heldOf(current, attribute.name));
  if (attribute.is('userId') || attribute.is(NAME)) return;
  if (isReadOnly(attribute.name)) refuseValue(attribute.name, 'cannot be set: RACF keeps it.');
  const segmentAttribute = SEGMENT_ATTRIBUTES.get(attributeKey(attribute.name));
  if (segmentAttribute !== undefined) return addSegmentOperand(plan.operands, segmentAttribute, attribute, plan.segments, current === undefined);
  const writer = BASE.get(attributeKey(attribute.name));
  if (writer === undefined) refuseValue(attribute.name, 'is not known to this connector.');
  return writer(plan, attribute);
}

function planOf(attributes: readonly Attribute[], current: UserListing | undefined, segments: readonly Segment[]): AccountPlan {
  const plan = new AccountPlan(current, segments);
  // Flags of their own first: ATTRIBUTES fills in the rest.
  const ordered = [...attributes].sort((a, b) => Number(a.is('ATTRIBUTES')) - Number(b.is('ATTRIBUTES')));
  for (const attribute of ordered) collect(plan, attribute);
  plan.addKeywords();
  return plan;
}

function stateCommands(userId: string, plan: AccountPlan): TsoCommand[] {
  const isEnabled = plan.current === undefined || !plan.current.attributes.includes('REVOKED');
  const isChanged = plan.isEnabled !== undefined && plan.isEnabled !== isEnabled;
  return isChanged ? [new TsoCommand('ALTUSER', userId, [plan.isEnabled === true ? 'RESUME' : 'REVOKE'])] : [];
}

/** The commands that make an account, the one that defines it first. */
export function creationCommands(userId: string, attributes: readonly Attribute[], segments: readonly Segment[]): readonly TsoCommand[] {
  const plan = planOf(attributes, undefined, segments);
  const defaultGroup = attributes.find((attribute) => attribute.is('DFLTGRP') && !isCleared(attribute));
  const connected = defaultGroup === undefined ? [] : [{ group: folded(singleText(defaultGroup)) }];
  // Older releases of RACF make the name of the default group the password of an account that is given none.
  const hasPassword = attributes.some((attribute) => attribute.is(PASSWORD) && !isCleared(attribute));
  if (!hasPassword) plan.operands.base('NOPASSWORD');
  return [
    new TsoCommand('ADDUSER', userId, plan.operands.parts()),
    ...(plan.dates.isEmpty ? [] : [new TsoCommand('ALTUSER', userId, plan.dates.parts())]),
    ...stateCommands(userId, plan),
    ...connectCommands(userId, [...(plan.memberships ?? []), ...plan.furtherGroups.map((group) => ({ group }))], connected),
  ];
}

/** The commands that bring an account to what is asked; none where it is so already. */
export function updateCommands(current: UserListing, attributes: readonly Attribute[], segments: readonly Segment[]): readonly TsoCommand[] {
  const plan = planOf(attributes, current, segments);
  const { userId } = current;
  const further = plan.furtherGroups.map((group) => ({ group }));
  const kept = new Set([...(plan.memberships ?? []), ...further].map(({ group }) => group));
  const surplus = plan.memberships === undefined ? [] : current.connections.filter(({ group }) => !kept.has(group) && group !== current.defaultGroup);
  return [
    ...(plan.operands.isEmpty ? [] : [new TsoCommand('ALTUSER', userId, plan.operands.parts())]),
    ...(plan.dates.isEmpty ? [] : [new TsoCommand('ALTUSER', userId, plan.dates.parts())]),
    ...stateCommands(userId, plan),
    ...connectCommands(userId, [...(plan.memberships ?? []), ...further], current.connections),
    ...surplus.map(({ group }) => new TsoCommand('REMOVE', userId, [`GROUP(${group})`])),
  ];
}

