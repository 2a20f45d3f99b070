import { open } from 'node:fs/promises';
import { GuardedString } from '../../protocol/model/index.js';

const MAX_SECRET_BYTES = 65_536;

/** Where a secret comes from. */
export type SecretSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'clear'; readonly value: GuardedString };

export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/**
 * A secret that is read where it is used, each time anew, so that a rotated file or systemd credential is picked up and
 * the configuration never holds it. Prints as its source.
 */
export class SecretReference {
  readonly source: SecretSource;

  constructor(source: SecretSource) {
    this.source = source;
  }

  /** Reads it. Rejects with a {@link SecretError} that names the source and never shows content. */
  async resolve(environment: NodeJS.ProcessEnv = process.env): Promise<GuardedString> {
    const { source } = this;
    if (source.kind === 'clear') return source.value;
    if (source.kind === 'file') return new GuardedString(await readSecretFile(source.path));
    const value = environment[source.name];
    if (value === undefined || value === '') throw new SecretError(`The environment variable ${source.name}, which a secret refers to, is not set.`);
    return new GuardedString(value);
  }

  toString(): string {
    switch (this.source.kind) {
      case 'file': return `file ${this.source.path}`;
      case 'env': return `environment variable ${this.source.name}`;
      case 'clear': return '***';
    }
  }

  toJSON(): string {
    return this.toString();
  }
}

/** One trailing line break is the editor's, not the secret's. */
async function readSecretFile(path: string): Promise<string> {
  let text: string;
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_SECRET_BYTES + 1), 0, MAX_SECRET_BYTES + 1, 0);
      if (bytesRead > MAX_SECRET_BYTES) throw new SecretError(`The secret file ${path} is larger than ${MAX_SECRET_BYTES} bytes.`);
      text = buffer.toString('utf8', 0, bytesRead);
      buffer.fill(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw new SecretError(`The secret file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new SecretError(`The secret file ${path} is empty.`);
  return secret;
}
