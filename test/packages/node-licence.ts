import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Arguments for a build of a package that is not passed on: not every machine has Node's licence beside it. */
export function nodeLicence(folder: string): readonly string[] {
  const file = join(folder, 'node-licence');
  writeFileSync(file, 'Node.js is licensed for use as its makers say. This stands in for that text in packages of tests.\n');
  return ['--node-licence', file];
}
