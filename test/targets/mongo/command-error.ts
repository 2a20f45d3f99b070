import type { Document } from 'bson';

/** What a command fails with: github.com/mongodb/mongo, src/mongo/base/error_codes.yml. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  readonly codeName: string;
  readonly labels: readonly string[];

  constructor(code: number, codeName: string, message: string, labels: readonly string[] = []) {
    super(message);
    this.code = code;
    this.codeName = codeName;
    this.labels = labels;
  }

  get answer(): Document {
    return { ok: 0, errmsg: this.message, code: this.code, codeName: this.codeName, ...(this.labels.length > 0 ? { errorLabels: this.labels } : {}) };
  }
}

export const notFoundNamespace = (namespace: string): CommandError => new CommandError(26, 'NamespaceNotFound', `ns not found: ${namespace}`);
