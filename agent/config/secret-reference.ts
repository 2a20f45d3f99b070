import { GuardedString } from '../../protocol/model/index.js';
import { SecretError } from '../secrets/secret-error.js';
import { textOf, type SecretValue } from '../secrets/secret-value.js';

export { SecretError };

/** Where a secret comes from. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string }
  /** By name, as the section `secrets` has them: a systemd credential, an entry of the local store, a command. */
  | { readonly kind: 'credential' | 'store' | 'command'; readonly name: string }
  | { readonly kind: 'clear'; readonly value: GuardedString };

/** Reads what the section `secrets` gives a name. */
export interface NamedSecrets {
  read(source: 'credential' | 'store' | 'command', name: string): Promise<SecretValue>;
}

/**
 * A secret that is read where it is used, each time anew, so that a rotated file or systemd credential is picked up and
 * the configuration never holds it. Prints as its source.
 */
export class SecretReference {
  readonly source: SecretSource;
  #named: NamedSecrets | undefined;

  constructor(source: SecretSource) {
    this.source = source;
  }

  /** Tells where named secrets are read; done once for a configuration, when all of it is known. */
  bind(named: NamedSecrets): void {
    this.#named = named;
  }

  /** Reads it. Rejects with a {@link SecretError} that names the source and never shows content. */
  async resolve(environment: NodeJS.ProcessEnv = process.env): Promise<GuardedString> {
    const { source } = this;
    switch (source.kind) {
      case 'clear':
        return source.value;
      case 'file': {
        const { readSecretFile } = await import('../secrets/sources/read-file.js');
        return textOf(await readSecretFile(source.path, `The secret file ${source.path}`), `The secret file ${source.path}`);
      }
      case 'env': {
        const value = environment[source.name];
        if (value === undefined || value === '') throw new SecretError(`The environment variable ${source.name}, which a secret refers to, is not set.`);
        return new GuardedString(value);
      }
      default:
        if (this.#named === undefined) throw new SecretError(`The ${this.toString()} cannot be read: nothing says where.`);
        return textOf(await this.#named.read(source.kind, source.name), `The ${this.toString()}`);
    }
  }

  toString(): string {
    switch (this.source.kind) {
      case 'file': return `file ${this.source.path}`;
      case 'env': return `environment variable ${this.source.name}`;
      case 'credential': return `systemd credential ${this.source.name}`;
      case 'store': return `secret store entry ${this.source.name}`;
      case 'command': return `secret command ${this.source.name}`;
      case 'clear': return '***';
    }
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Binds every secret of a configuration. */
export function bindSecrets(settings: unknown, named: NamedSecrets): void {
  if (settings instanceof SecretReference) {
    settings.bind(named);
    return;
  }
  if (settings === null || typeof settings !== 'object' || settings instanceof URL) return;
  for (const value of Object.values(settings)) bindSecrets(value, named);
}
