import { ALL, type OperationKind } from '../../protocol/model/index.js';
import type { NameLimit } from './attribute-names.js';
import type { Glob } from './glob.js';
import { isChanging } from './operation-names.js';
import type { Policy, PropertyCondition, Rule, Scope } from './policy.js';
import { isWithin, touches, type TargetFacts } from './target-facts.js';

/** The connector of an operation, by all names a policy may call it. */
export type ConnectorNames = readonly string[];

/** Configuration properties: their value, or values, as text. */
export type Configured = ReadonlyMap<string, readonly string[]>;

/** What the rules are asked about. */
export interface Question {
  readonly connector: ConnectorNames;
  /** Values of its configuration as text, by name; undefined: not known. */
  readonly configuration: Configured | undefined;
  /** Every place the operation goes to; undefined: not known. */
  readonly targets: readonly TargetFacts[] | undefined;
  readonly principal: string;
  readonly operation: OperationKind;
  /** Undefined for an operation that has none, such as a test. */
  readonly objectClass: string | undefined;
}

export interface Decision {
  readonly effect: 'allow' | 'deny';
  /** Name of the rule, or `readOnly` or `default`. */
  readonly rule: string;
  readonly read?: NameLimit | undefined;
  readonly write?: NameLimit | undefined;
  /** Configuration properties that the rule fixes. */
  readonly fixes?: readonly string[] | undefined;
}

/** What the rules say: the first that matches decides, `readOnly` before all of them, `default` after. */
export function decide(policy: Policy, question: Question): Decision {
  if (policy.readOnly && isChanging(question.operation)) return { effect: 'deny', rule: 'readOnly' };
  const rule = policy.rules.find((candidate) => matches(candidate, question));
  if (rule === undefined) return { effect: policy.default, rule: 'default' };
  return { effect: rule.effect, rule: rule.name, read: rule.read, write: rule.write, fixes: rule.configuration?.map(({ name }) => name) };
}

/**
 * Whether a rule is about an operation. In doubt a rule that denies is, and one that allows is not: every place has to be
 * within the targets of a rule that allows, one place that may be within them is enough for a rule that denies.
 */
export function matches(rule: Rule, question: Question): boolean {
  return isInScope(rule, question, rule.effect === 'deny')
    && (rule.operations?.has(question.operation) ?? true)
    && (rule.principals === undefined || any(rule.principals, question.principal))
    && matchesClass(rule, question.objectClass)
    && matchesConfiguration(rule, question.configuration);
}

/** Every value has to be one of those allowed; one that is denied is enough. What is not known is in no rule that allows. */
function matchesConfiguration({ configuration, effect }: Rule, configured: Configured | undefined): boolean {
  const isDenied = effect === 'deny';
  const fits = ({ name, values }: PropertyCondition): boolean => {
    const given = configured?.get(name);
    if (given === undefined) return isDenied;
    return isDenied ? given.some((value) => any(values, value)) : given.every((value) => any(values, value));
  };
  return configuration?.every(fits) ?? true;
}

function matchesClass({ objectClasses, effect }: Rule, objectClass: string | undefined): boolean {
  if (objectClasses === undefined) return true;
  if (objectClass === undefined) return false;
  // All classes at once are some of those denied, and more than those allowed.
  if (objectClass === ALL && effect === 'deny') return true;
  return any(objectClasses, objectClass);
}

/** `inDoubt`: what to answer when places are not known, or only some of them are in the scope. */
export function isInScope({ connectors, targets }: Scope, { connector, targets: places }: Pick<Question, 'connector' | 'targets'>, inDoubt: boolean): boolean {
  if (connectors !== undefined && !connector.some((name) => any(connectors, name))) return false;
  if (targets === undefined) return true;
  if (places === undefined || places.length === 0) return inDoubt;
  return inDoubt
    ? places.some((place) => targets.some((pattern) => touches(place, pattern)))
    : places.every((place) => targets.some((pattern) => isWithin(place, pattern)));
}

/** Whether any operation of the connector may go to the place at all: before a connection is made that no operation is known of. */
export function isReachable(policy: Policy, connector: ConnectorNames, place: TargetFacts): Decision {
  const question = { connector, targets: [place] };
  for (const rule of policy.rules) {
    if (!isInScope(rule, question, rule.effect === 'deny')) continue;
    if (rule.effect === 'allow') return { effect: 'allow', rule: rule.name };
    // A rule about some operations leaves the others.
    if (rule.operations === undefined && rule.objectClasses === undefined && rule.principals === undefined && rule.configuration === undefined) return { effect: 'deny', rule: rule.name };
  }
  return { effect: policy.default, rule: 'default' };
}

export function any(patterns: readonly Glob[], text: string): boolean {
  return patterns.some((pattern) => pattern.matches(text));
}
