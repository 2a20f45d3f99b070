import {
  OperationOptions, type BatchTask, type CallContext, type ConnectorTarget, type Operation,
} from '../../protocol/model/index.js';
import type { Brakes, CountedChange } from './brakes/brakes.js';
import { changesOf } from './changes.js';
import { decide, type Decision, type Question } from './decide.js';
import type { NameLimit } from './attribute-names.js';
import { PolicyRefusal } from './policy-refusal.js';
import type { Policy } from './policy.js';
import { checkProtected, protectionsFor, type ReadObject } from './protected-objects.js';
import { ReadLimit } from './read-limits.js';
import { allowsScript } from './script-allowance.js';
import type { Subject } from './subject.js';
import type { TargetFacts } from './target-facts.js';

export interface GuardOptions {
  readonly policy: Policy;
  readonly subject: Subject;
  /** What is known of the places the operation goes to. */
  readonly targets: readonly TargetFacts[] | undefined;
  readonly principal: string;
  readonly brakes: Brakes;
  readonly factsOf: (target: ConnectorTarget) => Promise<TargetFacts>;
}

/** An operation that may be done, perhaps not quite as it was asked. */
export interface Admitted<O extends Operation> {
  readonly operation: O;
  /** What of the results may be seen; undefined: all. */
  readonly limit: ReadLimit | undefined;
  /** The change was not made: it no longer counts. */
  takeBack(): void;
}

/** A write that may be done. */
export interface AdmittedWrite { takeBack(): void }

type Reading = Extract<Operation, { kind: 'search' | 'get' | 'sync' | 'subscribeToObjects' | 'subscribeToChanges' | 'authenticate' | 'resolveUsername' }>;

/** Longer ones are compared with no pattern, and so let through by none. */
const MAX_CLASS = 1000;
const MAX_UID = 10_000;

const nothing = (): void => undefined;

/** One policy applied to one configured system. Every method throws a PolicyRefusal for what is not to be done. */
export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** A single operation or a stream, batches aside: their tasks are writes, each admitted for itself. */
  async admit<O extends Operation>(operation: O, reader: ReadObject, call: CallContext): Promise<Admitted<O>> {
    const { kind } = operation;
    if (kind === 'create' || kind === 'update' || kind === 'delete') {
      return { operation, limit: undefined, ...await this.admitWrite(operation, reader, call) };
    }
    const { decision, what } = this.#decide(kind, 'objectClass' in operation ? operation.objectClass : undefined);
    if (kind === 'scriptOnConnector' || kind === 'scriptOnResource') await this.#checkScript(operation.script.text, what);
    if (decision.read === undefined || !isReading(operation)) return { operation, limit: undefined, takeBack: nothing };
    const limit = new ReadLimit(decision.read, this.#options.subject.attributes);
    this.#checkRead(operation, limit, decision, what);
    const narrowed = 'options' in operation ? { ...operation, options: limit.narrowed(operation.options) } : operation;
    return { operation: narrowed, limit, takeBack: nothing };
  }

  /** One create, update or delete. */
  async admitWrite(write: BatchTask, reader: ReadObject, call: CallContext): Promise<AdmittedWrite> {
    const takeBack = await this.#options.brakes.take((await this.#permitted(write, reader, call)).counted);
    return { takeBack };
  }

  /** As {@link admitWrite} for a write that will not be made: nothing is counted, no brake trips. Answers the rule that allows it. */
  async rehearse(write: BatchTask, reader: ReadObject, call: CallContext): Promise<string> {
    const { counted, rule } = await this.#permitted(write, reader, call);
    const refusal = this.#options.brakes.look(counted);
    if (refusal !== undefined) throw refusal;
    return rule;
  }

  /** All but the brakes. */
  async #permitted(write: BatchTask, reader: ReadObject, call: CallContext): Promise<{ readonly counted: CountedChange; readonly rule: string }> {
    const { policy, subject, targets, principal } = this.#options;
    const { decision, what } = this.#decide(write.kind, write.objectClass);
    if (write.kind !== 'create' && write.uid.value.length > MAX_UID) throw new PolicyRefusal('limits', what, `a uid has at most ${MAX_UID} characters`);
    if (write.kind !== 'delete') this.#checkWritten(write, decision, what);
    const changes = changesOf(write, subject.attributes);
    const place = { connector: subject.connector, targets };
    const entries = protectionsFor(policy, place, changes);
    const counted = { ...place, changes, what, principal };
    if (write.kind === 'delete' && subject.deletesMore) this.#checkTree(entries[0]?.name ?? brakeAbout(policy, changes), what);
    if (write.kind !== 'create' && (entries.length > 0 || this.#looksAtClasses())) await checkProtected(entries, write, what, reader, call);
    return { counted, rule: decision.rule };
  }

  /** Where an operation under way is led to. */
  permitTarget(operation: Operation): (target: ConnectorTarget) => Promise<void> {
    return async (target) => {
      const { policy, factsOf } = this.#options;
      const place = await factsOf(target);
      for (const { kind, objectClass } of partsOf(operation)) {
        const decision = decide(policy, { ...this.#question(kind, objectClass), targets: [place] });
        if (decision.effect === 'deny') throw new PolicyRefusal(decision.rule, `Going on to ${place.text} for a ${kind}`, `rule ${decision.rule} denies it`);
      }
    };
  }

  /** What the rules say of an operation. */
  decision(kind: Operation['kind'], objectClass: string | undefined): Decision {
    return decide(this.#options.policy, this.#question(kind, objectClass));
  }

  #decide(kind: Operation['kind'], objectClass: string | undefined): { readonly decision: Decision; readonly what: string } {
    const what = describe(kind, objectClass?.slice(0, MAX_CLASS));
    if (objectClass !== undefined && objectClass.length > MAX_CLASS) throw new PolicyRefusal('limits', what, `an object class has at most ${MAX_CLASS} characters`);
    const decision = this.decision(kind, objectClass);
    if (decision.effect === 'allow') return { decision, what };
    const { targets, policy } = this.#options;
    const unknown = targets === undefined && policy.rules.some((rule) => rule.targets !== undefined) ? ' (where the connector goes is not known)' : '';
    throw new PolicyRefusal(decision.rule, what, `rule ${decision.rule} denies it${unknown}`);
  }

  #question(operation: Operation['kind'], objectClass: string | undefined): Question {
    const { subject, targets, principal } = this.#options;
    return { connector: subject.connector, configuration: subject.configuration, targets, principal, operation, objectClass };
  }

  async #checkScript(text: string, what: string): Promise<void> {
    if (await allowsScript(this.#options.policy.scripts, text)) return;
    throw new PolicyRefusal('scripts', what, 'rule scripts: this agent does not run scripts sent from outside, but those its policy names by SHA-256 or directory');
  }

  #checkWritten({ attributes, kind }: Exclude<BatchTask, { kind: 'delete' }>, { write, rule, fixes }: Decision, what: string): void {
    if (write === undefined) return;
    const { attributes: names } = this.#options.subject;
    this.#checkNaming(write, fixes, rule, what);
    const refused = attributes.find(({ name }) => !names.permits(write, name, kind === 'create'));
    if (refused !== undefined) throw new PolicyRefusal(rule, what, `rule ${rule} does not let the attribute ${names.spelled(refused.name)} be written`);
  }

  /** A name that the controller can give to something else denies nothing. */
  #checkNaming(limit: NameLimit | undefined, fixes: readonly string[] | undefined, rule: string, what: string): void {
    if (limit === undefined || !('deny' in limit)) return;
    const open = this.#options.subject.namesDependOn.filter((property) => fixes?.includes(property) !== true);
    if (open.length > 0) throw new PolicyRefusal(rule, what, `rule ${rule} denies attributes by name, but ${open.join(', ')} in the connector's configuration decide what they are called: fix them in the rule (configuration), or list the attributes it allows`);
  }

  #checkTree(rule: string | undefined, what: string): void {
    if (rule !== undefined) throw new PolicyRefusal(rule, what, `its configuration deletes everything below an object too, which rule ${rule} could not watch over`);
  }

  #looksAtClasses(): boolean {
    return this.#options.policy.rules.some(({ objectClasses }) => objectClasses !== undefined);
  }

  #checkRead(operation: Reading, limit: ReadLimit, { rule, read, fixes }: Decision, what: string): void {
    const { subject } = this.#options;
    this.#checkNaming(read, fixes, rule, what);
    const options = 'options' in operation ? operation.options : OperationOptions.none;
    const isLogin = operation.kind === 'authenticate' || operation.kind === 'resolveUsername';
    const compared = [...subject.compared('search'), ...isLogin || options.runAsUser !== undefined ? subject.compared('login') : []];
    if (!subject.knowsAttributes) {
      if (isLogin) return;
      throw new PolicyRefusal(rule, what, `rule ${rule} limits what may be read, which this agent cannot see to in the results of another server`);
    }
    const leak = limit.leak('filter' in operation ? operation.filter : undefined, options, compared);
    if (leak !== undefined) throw new PolicyRefusal(rule, what, `rule ${rule}: ${leak}`);
  }
}

function isReading(operation: Operation): operation is Operation & Reading {
  return READING.has(operation.kind);
}

const READING: ReadonlySet<Operation['kind']> = new Set<Operation['kind']>(['search', 'get', 'sync', 'subscribeToObjects', 'subscribeToChanges', 'authenticate', 'resolveUsername']);

function partsOf(operation: Operation): readonly { readonly kind: Operation['kind']; readonly objectClass: string | undefined }[] {
  if (operation.kind === 'batch') return operation.tasks;
  return [{ kind: operation.kind, objectClass: 'objectClass' in operation ? operation.objectClass : undefined }];
}

function brakeAbout({ brakes }: Policy, changes: ReadonlySet<string>): string | undefined {
  return brakes.find((brake) => [...brake.changes].some((change) => changes.has(change)))?.name;
}

/** `delete of __ACCOUNT__`. */
export function describe(kind: Operation['kind'], objectClass: string | undefined): string {
  return objectClass === undefined ? kind : `${kind} of ${objectClass}`;
}
