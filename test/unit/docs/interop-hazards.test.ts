import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/interop-hazards.md', root), 'utf8');
const FOLDERS: Record<string, string> = { S: 'test/unit/protocol/session', A: 'test/integration/agent', C: 'test/integration/controller' };
const rows = [...page.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, number, tests]) => ({ number: Number(number), tests: tests! }));

describe('docs/interop-hazards.md', () => {
  it('covers all thirty hazards, in order', () => {
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it.each(rows)('names tests of hazard $number that exist', ({ tests }) => {
    const named = [...tests.matchAll(/(\S+\.test\.ts) "([^"]+)"/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, file, title] of named) {
      const path = file!.replace(/^([SAC])\//, (_, folder: string) => `${FOLDERS[folder]!}/`);
      expect(readFileSync(fileURLToPath(new URL(path, root)), 'utf8')).toContain(title);
    }
  });
});
