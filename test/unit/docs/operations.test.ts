import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts')).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
const sources = ['agent', 'controller', 'protocol', 'connectors/framework', 'deploy/runtime'].flatMap(sourcesBelow).join('\n').replaceAll("\\'", "'");

/** What the troubleshooting tables quote, in the parts between the ellipses; `first`: of the cell that names the message. */
const troubles = page.slice(page.indexOf('## Troubleshooting'), page.indexOf('## The log'));
const quoted = [...troubles.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, first]) => [...first!.matchAll(/"([^"]+)"/g)].map(([, text]) => text!));

describe('docs/operations.md', () => {
  it('quotes messages', () => {
    expect(quoted.length).toBeGreaterThan(50);
  });

  it.each(quoted)('quotes what the product says: %s', (text) => {
    const parts = text.split('…').map((each) => each.trim()).filter((each) => each !== '');
    expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
  });
});
