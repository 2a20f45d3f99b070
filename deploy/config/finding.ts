/**
 * `problem`: the product could not use it, or not as it is meant; `warning`: it can, but something is ignored or seldom meant;
 * `unchecked`: only a controller or an agent can tell, so it is neither right nor wrong here.
 */
export type Severity = 'problem' | 'warning' | 'unchecked';

/** One thing there is to say about a file. */
export interface Finding {
  readonly severity: Severity;
  /** The setting, as people write it: `configurationProperties.port`, `controllers[0].url`; empty for the file as a whole. */
  readonly path: string;
  /** Where the file is one of lines. */
  readonly line?: number | undefined;
  /** What is expected and what to do. Never a value of a secret. */
  readonly text: string;
}

export const problem = (path: string, text: string): Finding => ({ severity: 'problem', path, text });
export const warning = (path: string, text: string): Finding => ({ severity: 'warning', path, text });
export const unchecked = (path: string, text: string): Finding => ({ severity: 'unchecked', path, text });

/** A path as people write it, below `base`. */
export function pathOf(base: string, ...keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => (typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`), base);
}
