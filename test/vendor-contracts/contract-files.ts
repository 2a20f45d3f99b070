import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Where contracts lie: those beside the checkout, and those scripts/vendor-contracts.mjs takes from packages of PyPI. */
const FOLDERS = [join(ROOT, '../shared/contracts'), join(ROOT, 'var/vendor-contracts/documents')];

/** Path of a contract, given as `folder/file`; undefined where this checkout has none. */
export function contractFile(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
