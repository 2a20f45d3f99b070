import { ConnectorError, type ApiConfiguration, type ConnectorTarget, type PermitTarget } from '../../protocol/model/index.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { readConfiguration } from '../../connectors/framework/facade/bound-configuration.js';
import type { AllowRule } from '../config/secrets-settings.js';
import { isWithin, targetFacts } from '../policy/target-facts.js';
import { targetPattern, type TargetPattern } from '../policy/target-pattern.js';
import type { FoundReference } from './find-references.js';
import { matchesSecret } from './secret-pattern.js';

interface Rule extends Omit<AllowRule, 'targets'> {
  readonly targets: readonly TargetPattern[];
}

/**
 * Which secrets a controller may have used where. The controller is not trusted with them: without a rule, or for another
 * server than the rule's, a reference is refused, so that nobody has a password sent to a host of his choice.
 */
export class AllowRules {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly AllowRule[]) {
    this.#rules = rules.map((rule) => ({ ...rule, targets: rule.targets.map(targetPattern).filter((pattern) => pattern !== undefined) }));
  }

  /**
   * Throws `permissionDenied`, naming reference and property, unless every reference is allowed at every place the
   * configuration leads to. Answers what further places have to pass: those that a target or a name service comes up with.
   */
  async check(connector: AnyConnector, configuration: ApiConfiguration, references: readonly FoundReference[]): Promise<PermitTarget> {
    const named = references.map((reference) => ({ reference, rules: this.#rulesFor(connector, reference) }));
    const config = configOf(connector, configuration);
    const permitted = named.map(({ reference, rules }) => ({ reference, rules: fittingRules(connector, reference, rules, config) }));
    const permit = async (target: ConnectorTarget): Promise<void> => {
      const facts = await targetFacts(target, { needsAddresses: permitted.some(({ rules }) => rules.some(namesAddresses)) });
      for (const { reference, rules } of permitted) {
        if (!rules.some((rule) => rule.targets.some((pattern) => isWithin(facts, pattern)))) throw refusal(connector, reference, `at ${facts.text}`);
      }
    };
    const targets = targetsOf(connector, configuration);
    for (const { reference, rules } of permitted) {
      if (targets.length === 0 && !rules.some((rule) => rule.targets.some(isEverywhere))) throw refusal(connector, reference, 'where this connector connects to, which it does not tell beforehand (a rule with the target "*" would)');
    }
    for (const target of targets) await permit(target);
    return permit;
  }

  #rulesFor(connector: AnyConnector, reference: FoundReference): readonly Rule[] {
    const forSecret = this.#rules.filter((rule) => rule.connector === connector.id && matchesSecret(rule.secret, reference.url));
    if (forSecret.length === 0) throw refusal(connector, reference, `for the connector ${connector.id}`);
    const rules = forSecret.filter(({ properties }) => properties?.includes(reference.property) ?? reference.confidential);
    if (rules.length === 0) throw refusal(connector, reference, 'in this property (a rule that names no properties is for confidential ones)');
    return rules;
  }
}

/** Every place the configuration leads to; none for a connector that does not tell. What else is wrong with it is not looked at. */
export function targetsOf(connector: AnyConnector, configuration: ApiConfiguration): readonly ConnectorTarget[] {
  return connector.targets?.(configOf(connector, configuration)) ?? [];
}

type Config = ReturnType<typeof readConfiguration>;

function configOf(connector: AnyConnector, configuration: ApiConfiguration): Config {
  return readConfiguration({ ...connector, validate: () => undefined }, configuration);
}

/** Rules whose wishes the configuration meets: that a connection is encrypted, for one, is up to the controller otherwise. */
function fittingRules(connector: AnyConnector, reference: FoundReference, rules: readonly Rule[], config: Config): readonly Rule[] {
  const fitting = rules.filter((rule) => unmet(rule, config) === undefined);
  const [first] = rules;
  if (fitting.length === 0 && first !== undefined) throw refusal(connector, reference, `unless ${unmet(first, config) ?? ''}`);
  return fitting;
}

/** The first property that has another value than the rule wants. What is not set is an empty text. */
function unmet({ configuration = {} }: Rule, config: Config): string | undefined {
  const wrong = Object.entries(configuration).find(([name, wanted]) => {
    const value: unknown = Object.hasOwn(config, name) ? config[name] : undefined;
    const given = value === null ? [''] : Array.isArray(value) ? value : [value];
    return !given.every((item) => ['string', 'number', 'boolean'].includes(typeof item) && wanted.some((one) => String(one) === String(item)));
  });
  return wrong === undefined ? undefined : `the property '${wrong[0]}' is ${wrong[1].join(' or ')}`;
}

export function sameTargets(one: readonly ConnectorTarget[], other: readonly ConnectorTarget[]): boolean {
  const keys = (targets: readonly ConnectorTarget[]): string => JSON.stringify(targets.map((target) => ('path' in target ? ['path', target.path] : [target.host, target.port])));
  return keys(one) === keys(other);
}

function namesAddresses({ targets }: Rule): boolean {
  return targets.some(({ kind }) => kind === 'address');
}

function isEverywhere({ text }: TargetPattern): boolean {
  return text === '*';
}

function refusal(connector: AnyConnector, { property, url }: FoundReference, where: string): ConnectorError {
  return new ConnectorError('permissionDenied', `Configuration property '${property}' of ${connector.displayName}: the secret ${url.text} may not be used ${where}. The agent's configuration says which secrets may be used where: secrets.allow.`);
}
