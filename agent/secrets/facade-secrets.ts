import type { ApiConfiguration, PermitTarget } from '../../protocol/model/index.js';
import type { AnyConnector, FacadeHandle } from '../../connectors/framework/index.js';
import type { SessionLog } from '../../protocol/session/contract.js';
import type { AuditEvent } from '../audit/audit-log.js';
import type { AgentConfig } from '../config/agent-config.js';
import { findReferences } from './find-references.js';
import type { SecretSources } from './secret-sources.js';
import type { SecretValue } from './secret-value.js';
import type { Generation } from './rotating-facade.js';

/** What comes with secrets that stand in a configuration. */
export interface ResolvedSecrets {
  /** Reveals what no error and no log line may show. */
  clearTexts(): readonly string[];
  /** Asked before they go to a place the configuration alone does not lead to. */
  readonly permitTarget: PermitTarget;
}

/** Opens a facade with a configuration that is resolved, or holds no references. */
export type OpenResolved = (configuration: ApiConfiguration, secrets?: ResolvedSecrets) => FacadeHandle;

/** Puts secrets in the place of the references to them when a facade opens. */
export interface FacadeSecrets {
  /** Rejects with a ConnectorError that names property and reference. */
  open(connector: AnyConnector, configuration: ApiConfiguration, open: OpenResolved): Promise<FacadeHandle>;
}

export interface FacadeSecretsParts {
  readonly sources: SecretSources;
  readonly now: () => number;
  readonly log: SessionLog;
  /** Hears which secrets are used, by name. */
  readonly audit?: ((event: AuditEvent) => Promise<void>) | undefined;
}

/** A configuration without references costs a look at its texts; what resolves them is loaded for the first that has some. */
export function facadeSecrets({ secrets }: Pick<AgentConfig, 'secrets'>, parts: FacadeSecretsParts): FacadeSecrets {
  return {
    open: async (connector, configuration, open) => {
      const references = findReferences(connector, configuration);
      if (references.length === 0) return open(configuration);
      const [{ AllowRules }, { resolveConfiguration, sameValues, clearTextsOf }, { RotatingFacade }] = await Promise.all([
        import('./allow-rules.js'), import('./resolve-configuration.js'), import('./rotating-facade.js'),
      ]);
      const rules = new AllowRules(secrets.allow);
      let present: ReadonlyMap<string, SecretValue> | undefined;
      const generation = async (maxAge: number): Promise<Generation | undefined> => {
        const { configuration: resolved, values, permitTarget } = await resolveConfiguration(connector, configuration, references, { sources: parts.sources, rules }, maxAge);
        if (present !== undefined && sameValues(present, values)) return undefined;
        const facade = open(resolved, { clearTexts: () => clearTextsOf(values.values()), permitTarget });
        present = values;
        await parts.audit?.({ kind: 'secret-used', detail: { connector: connector.id, secrets: [...values.keys()] } });
        return { facade, permitTarget };
      };
      const first = await refused(generation(secrets.refresh), connector, references.map(({ url }) => url.text), parts);
      if (first === undefined) throw new Error('a first facade is always opened');
      return new RotatingFacade(first, { refresh: secrets.refresh, renew: generation, now: parts.now, log: parts.log, connector: connector.id });
    },
  };
}

/** A secret that was asked for and not given is what a security team wants to hear of. */
async function refused<T>(opening: Promise<T>, connector: AnyConnector, secrets: readonly string[], { audit, log }: FacadeSecretsParts): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ connector: connector.id, references: secrets, reason }, 'Secrets were asked for and not given.');
    await audit?.({ kind: 'secret-refused', outcome: 'refused', detail: { connector: connector.id, secrets, reason } });
    throw error;
  }
}
