import { readFile } from 'node:fs/promises';
import {
  ACCOUNT, Attribute, ConnectorError, ConnectorObject, Name, OperationOptions, Uid, type BatchTask, type ConnectorTarget, type IcfValue, type OperationKind,
} from '../../protocol/model/index.js';
import type { AttributeNaming } from '../../connectors/framework/index.js';
import { AttributeNames } from './attribute-names.js';
import { BrakeCount, type KeptCount } from './brakes/brake-count.js';
import { systemsOf } from './brakes/brakes.js';
import { changesOf, type Change } from './changes.js';
import { decide, isInScope, matches, type Question } from './decide.js';
import { namesAddresses, type Brake, type Policy, type Rule } from './policy.js';
import { isProtected } from './protected-objects.js';
import { allowsScript, scriptDigest } from './script-allowance.js';
import { relayFacts, targetFacts, type TargetFacts } from './target-facts.js';

/** An operation somebody wants to know about. */
export interface Example {
  readonly connector: string;
  readonly naming?: AttributeNaming | undefined;
  /** Values of its configuration. */
  readonly configuration: ReadonlyMap<string, readonly string[]>;
  /** `HOST:PORT`, a path, or `relay:NAME`. */
  readonly target?: string | undefined;
  readonly operation: OperationKind;
  readonly objectClass?: string | undefined;
  readonly principal?: string | undefined;
  readonly uid?: string | undefined;
  readonly name?: string | undefined;
  /** Written by a create or update; of any other operation, those the object has. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** Attributes asked for, compared or sorted by. */
  readonly read: readonly string[];
  /** Of the object, for protection by attribute. */
  readonly has: ReadonlyMap<string, readonly string[]>;
  /** File with the text of a script. */
  readonly script?: string | undefined;
}

export interface Explanation {
  readonly allowed: boolean;
  /** What decides: a rule, an entry of protected, a brake, scripts, readOnly, default. */
  readonly by: string;
  /** Each thing looked at, in order. */
  readonly steps: readonly string[];
}

/** What the policy says of an operation, step by step. `kept`: what the brakes have counted so far. */
export async function explain(policy: Policy, example: Example, kept: readonly KeptCount[] = []): Promise<Explanation> {
  const question = await questionOf(policy, example);
  const steps = [...ruleSteps(policy, question)];
  const decision = decide(policy, question);
  steps.push(`${decision.rule}: ${decision.effect === 'allow' ? 'allows' : 'denies'} the operation`);
  const end = (allowed: boolean, by: string): Explanation => ({ allowed, by, steps });
  if (decision.effect === 'deny') return end(false, decision.rule);
  if (!await scriptStep(policy, example, steps)) return end(false, 'scripts');
  const names = new AttributeNames(example.naming ?? { same: [], mapped: [] });
  if (!attributeSteps(decision, example, names, steps)) return end(false, decision.rule);
  const refusedBy = WRITES.has(example.operation) ? changeSteps({ policy, kept }, question, example, names, steps) : undefined;
  return refusedBy === undefined ? end(true, decision.rule) : end(false, refusedBy);
}

const WRITES: ReadonlySet<OperationKind> = new Set<OperationKind>(['create', 'update', 'delete']);

async function questionOf(policy: Policy, { connector, configuration, target, principal = '', operation, objectClass }: Example): Promise<Question> {
  return {
    connector: [connector], configuration, targets: target === undefined ? undefined : [await placeOf(target, policy)], principal, operation,
    objectClass: objectClass ?? (WITHOUT_CLASS.has(operation) ? undefined : ACCOUNT),
  };
}

/** The entry that protects the object, or the brake that stops the change, if one does. */
function changeSteps({ policy, kept }: { readonly policy: Policy; readonly kept: readonly KeptCount[] }, question: Question, example: Example, names: AttributeNames, steps: string[]): string | undefined {
  const changes = changesOf(taskOf(example, question.objectClass ?? ACCOUNT), names);
  steps.push(`changes that count: ${[...changes].join(', ')}`);
  const protectedBy = protectionSteps(policy, question, example, changes, steps);
  const stoppedBy = brakeSteps(policy, question, changes, kept, steps);
  return protectedBy ?? stoppedBy;
}

const WITHOUT_CLASS: ReadonlySet<OperationKind> = new Set<OperationKind>(['test', 'validate', 'schema', 'scriptOnConnector', 'scriptOnResource', 'queryBatch']);

function* ruleSteps(policy: Policy, question: Question): Generator<string> {
  if (policy.readOnly) yield 'readOnly is set: nothing may be changed';
  for (const rule of policy.rules) {
    if (matches(rule, question)) {
      yield `rule ${rule.name}: matches`;
      return;
    }
    yield `rule ${rule.name}: does not match (${mismatch(rule, question)})`;
  }
}

function mismatch(rule: Rule, question: Question): string {
  if (!isInScope({ connectors: rule.connectors }, question, false)) return 'connector';
  if (!isInScope({ targets: rule.targets }, question, rule.effect === 'deny')) return question.targets === undefined ? 'the target is not known' : 'target';
  if (rule.operations?.has(question.operation) === false) return 'operation';
  if (rule.principals?.some((pattern) => pattern.matches(question.principal)) === false) return 'principal';
  return matches({ ...rule, configuration: undefined }, question) ? 'configuration, give --configuration NAME=VALUE' : 'object class';
}

async function scriptStep({ scripts }: Policy, { operation, script }: Example, steps: string[]): Promise<boolean> {
  if (operation !== 'scriptOnConnector' && operation !== 'scriptOnResource') return true;
  const text = script === undefined ? undefined : await readFile(script, 'utf8');
  const allowed = text === undefined ? scripts.any : await allowsScript(scripts, text);
  const which = text === undefined ? 'a script of any text' : `the script with SHA-256 ${scriptDigest(text)}`;
  steps.push(`scripts: ${which} is ${allowed ? 'allowed' : 'not allowed'}`);
  return allowed;
}

function attributeSteps({ rule, read, write }: ReturnType<typeof decide>, { operation, attributes, read: asked }: Example, names: AttributeNames, steps: string[]): boolean {
  let allowed = true;
  for (const name of operation === 'create' || operation === 'update' ? attributes.keys() : []) {
    if (names.permits(write, name, operation === 'create')) continue;
    steps.push(`rule ${rule}: the attribute ${names.spelled(name)} must not be written`);
    allowed = false;
  }
  for (const name of asked) {
    if (names.permits(read, name)) continue;
    steps.push(`rule ${rule}: the attribute ${names.spelled(name)} must not be read: taken out of results and of attributes to get; refused in a filter or sort key`);
  }
  return allowed;
}

function protectionSteps({ protectedObjects }: Policy, question: Question, { operation, uid, name, has }: Example, changes: ReadonlySet<Change>, steps: string[]): string | undefined {
  if (operation === 'create') return undefined;
  const object = new ConnectorObject(question.objectClass ?? ACCOUNT, [new Uid(uid ?? '?'), new Name(name ?? '?'), ...attributesOf(has)]);
  let by: string | undefined;
  for (const entry of protectedObjects) {
    if (!isInScope(entry, question, true) || ![...changes].some((change) => entry.from.has(change))) {
      steps.push(`protected ${entry.name}: is not about this change`);
      continue;
    }
    const applies = isProtected(entry, object);
    steps.push(`protected ${entry.name}: ${applies ? 'protects the object' : 'does not fit the object as described (the agent reads the real one)'}`);
    if (applies) by ??= entry.name;
  }
  return by;
}

function brakeSteps({ brakes }: Policy, question: Question, changes: ReadonlySet<Change>, kept: readonly KeptCount[], steps: string[]): string | undefined {
  let by: string | undefined;
  for (const brake of brakes) {
    if (!isInScope(brake, question, true) || ![...changes].some((change) => brake.changes.has(change))) continue;
    steps.push(`brake ${brake.name}: counts it; more than ${brake.limit} in ${brake.window / 1000} s ${brake.per === 'system' ? 'at one system' : 'at all systems'} are refused, ${brake.release === 'manual' ? 'until somebody releases the brake' : 'until that time has passed'}`);
    for (const system of systemsOf(brake, question)) if (isStopped(brake, system, kept, steps)) by ??= brake.name;
  }
  return by;
}

/** Whether the next change would be refused, as far as the counts on the disk tell. */
function isStopped(brake: Brake, system: string, kept: readonly KeptCount[], steps: string[]): boolean {
  const found = kept.find((one) => one.brake === brake.name && one.system === system);
  if (found === undefined) return brake.limit === 0;
  const now = Date.now();
  const count = new BrakeCount(brake, system);
  count.restore(found, now);
  const isTripped = count.isBlocked(now);
  const total = count.total(now);
  steps.push(`brake ${brake.name}: ${isTripped ? 'HAS TRIPPED' : `about ${total} of ${brake.limit} counted`} at ${system}`);
  return isTripped || total >= brake.limit;
}

function attributesOf(values: ReadonlyMap<string, readonly IcfValue[]>): Attribute[] {
  return [...values].map(([name, given]) => new Attribute(name, given));
}

function taskOf({ operation, uid, attributes }: Example, objectClass: string): BatchTask {
  const common = { objectClass, options: OperationOptions.none };
  const written = [...attributes].map(([name, values]) => new Attribute(name, values.map((value) => (value === 'true' ? true : value === 'false' ? false : value))));
  if (operation === 'create') return { kind: 'create', ...common, attributes: written };
  if (operation === 'delete') return { kind: 'delete', ...common, uid: new Uid(uid ?? '?') };
  return { kind: 'update', ...common, uid: new Uid(uid ?? '?'), updateType: 'REPLACE', attributes: written };
}

async function placeOf(text: string, policy: Policy): Promise<TargetFacts> {
  if (text.startsWith('relay:')) return relayFacts(text.slice(6));
  return targetFacts(connectorTarget(text), { needsAddresses: namesAddresses(policy) });
}

function connectorTarget(text: string): ConnectorTarget {
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(text)) return { path: text };
  const match = /^(.+?):(\d{1,5})$/s.exec(text);
  if (match === null) throw new ConnectorError('illegalArgument', `--target ${text}: give HOST:PORT, an absolute path, or relay:NAME.`);
  return { host: match[1] ?? '', port: Number(match[2]) };
}
