import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !/^\| (?:threat|asset) \|/.test(line));
const threats = rows.filter((row) => row.split('|').length === 5);

describe('the threat model', () => {
  it('names only tests that exist', () => {
    const named = [...page.matchAll(/`(test\/[^`]+)`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has a control and a test for every threat', () => {
    expect(threats.length).toBeGreaterThan(40);
    for (const row of threats) {
      const [, threat = '', control = '', shown = ''] = row.split('|').map((cell) => cell.trim());
      expect([threat, control].every((cell) => cell !== ''), row).toBe(true);
      expect(shown, threat).toMatch(/^`test\/[^`]+`(?:, `test\/[^`]+`)*$/);
    }
  });

  it('has every target of the fuzzer in it', async () => {
    const { TARGET_NAMES } = await import('../../fuzz/targets/names.js');
    expect(TARGET_NAMES.filter((name) => !page.includes(`test/fuzz/targets/${name}.ts`) && name !== 'responses')).toEqual([]);
  });
});
