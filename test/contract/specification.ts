import { readFile } from 'node:fs/promises';

/** The part of a system's specification that a definition is held to. */
export interface SystemSpecification {
  readonly id: string;
  readonly interfaces: readonly string[];
  readonly behaviours: readonly string[];
  readonly configurationProperties: readonly {
    readonly group: string;
    readonly name: string;
    readonly type: string;
    readonly default: unknown;
    readonly confidential: boolean | null;
    readonly required: boolean | null;
  }[];
}

export async function specificationOf(id: string): Promise<SystemSpecification> {
  const file = new URL(`../specifications/systems/${id}.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as SystemSpecification;
}
