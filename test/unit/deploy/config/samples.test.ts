import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check, folderWith, told } from './config-files.js';

const PAGES = join(import.meta.dirname, '../../../../docs/connectors');

/** The JSON blocks of a page that are provisioner files, with the names the page gives them. */
function samplesOf(page: string): [string, string][] {
  const text = readFileSync(join(PAGES, page), 'utf8');
  return [...text.matchAll(/```json\n([^]*?)```/g)].map(([, block = '']) => block).filter((block) => block.includes('"connectorRef"'))
    .map((block): [string, string] => [`provisioner.openicf-${page.replace(/\.md$/, '').replaceAll('-', '')}.json`, block]);
}

const pages = readdirSync(PAGES).filter((page) => page.endsWith('.md') && page !== 'README.md');

describe('the sample provisioner file of a connector page', () => {
  it('is on every page', () => {
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.filter((page) => samplesOf(page).length !== 1)).toEqual([]);
  });

  it.each(pages)('passes config check: %s', async (page) => {
    const { code, files } = await check(await folderWith(Object.fromEntries(samplesOf(page))));
    expect(files.flatMap(({ findings }) => told(findings).filter((text) => !text.startsWith('unchecked')))).toEqual([]);
    expect(code).toBe(0);
  });
});
