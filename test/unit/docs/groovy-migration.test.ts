import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SLOTS } from '../../../connectors/engines/scripted/script-slots.js';
import { parseSettings } from '../../../connectors/engines/scripted/config-slurper.js';

const page = await readFile(join(import.meta.dirname, '../../../docs/groovy-migration.md'), 'utf8');
const blocks = (language: string): string[] => [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

describe('the page on migration from Groovy', () => {
  it.each(blocks('js'))('shows JavaScript: %s', (text) => {
    expect(() => new Script(`(async function () {'use strict';${text}\n})`)).not.toThrow();
  });

  it('shows settings that are read', () => {
    const settings = [...page.matchAll(/"custom(?:Sensitive)?Configuration": ("[^\n]*")/g)].map(([, text = '""']) => JSON.parse(text) as string);
    expect(settings).toHaveLength(2);
    for (const text of settings) expect(parseSettings(text).has('kadmin')).toBe(true);
  });

  it('tells of every slot', () => {
    for (const { name } of SLOTS) expect(page).toContain(name === 'customizerScriptFileName' ? 'customizer' : `\`${name.replace('ScriptFileName', '')}\``);
  });
});
