/**
 * `node scripts/configuration-reference.mjs`: writes docs/configuration.md from the schemas of both ends' configurations and the comments of
 * their example files. `--check` writes nothing and fails when the page is not what it would write, or an example lacks a setting.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exampleComments } from './example-comments.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { root } from './run.mjs';
import { settingsOf } from './settings-table.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const page = join(root, 'docs/configuration.md');

const ENDS = [
  { title: 'Agent', file: 'agent/config/example.yaml', module: '/agent/config/agent-config.ts', schema: 'agentConfigSchema', text: 'Every setting can also come from the environment: `CAUSEWAY_` and its path in capitals, words split by `_`, levels by `__`, e.g. `CAUSEWAY_CONTROLLERS__0__CONNECTION_TTL=5m`. `causeway agent check --config FILE` says what is wrong with a file.' },
  { title: 'Controller', file: 'controller/config/example.yaml', module: '/controller/config/controller-config.ts', schema: 'controllerConfigSchema', text: '`causeway controller check --config FILE` says what is wrong with a file, and with every file it names.' },
];

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
/** What the page says once, above. */
const SHORT = [
  [/^a duration such as .*?\(a bare number is seconds\)(?:, at most 24 days)?/, 'duration'], [/, more than 0, at most 24 days$/, ''], [/; 0 switches it off, at most 24 days$/, '; 0: off'],
  [/^a size such as .*?\(a bare number is bytes\)/, 'size'], [/ \(a path; relative ones count from the configuration file\)$/, ' (path)'], [/^\{file: PATH\}.*or the secret itself as text$/, 'secret'],
  [/^record, received symbol$/, 'a mapping of texts, numbers, true or false'],
];
const shortened = (expected) => SHORT.reduce((text, [long, short]) => text.replace(long, short), expected);
const row = ({ path, expected, preset, required }, comment) => `| \`${path}\` | ${cell(shortened(expected))} | ${required ? 'required' : preset === undefined ? '' : `\`${preset}\``} | ${cell(comment ?? '')} |`;
const sectionOf = ({ path }) => path.split(/[.[]/, 1)[0];

/** Keys of one's own choice have one of them in the example. */
function commentFor(comments, path) {
  if (!path.includes('.*')) return comments.get(path);
  const any = new RegExp(`^${path.split('.*').map((part) => part.replaceAll(/[.[\]]/g, '\\$&')).join('\\.[^.]+')}$`);
  return [...comments].find(([key]) => any.test(key))?.[1];
}

function tableOf(name, settings, comments) {
  const about = settings.some(({ path }) => path === name) ? '' : comments.get(name) ?? '';
  const rows = settings.map((setting) => row(setting, commentFor(comments, setting.path)));
  return [`### \`${name}\``, ...(about === '' ? [] : [`${about.charAt(0).toUpperCase()}${about.slice(1)}`]), ['| setting | value | default | |', '| --- | --- | --- | --- |', ...rows].join('\n')].join('\n\n');
}

const missing = [];
const sections = await withTypeScript(async (load) => {
  const walk = await load('/agent/config/schema-walk.ts');
  return Promise.all(ENDS.map(async ({ title, file, module, schema, text }) => {
    const comments = exampleComments(readFileSync(join(root, file), 'utf8'));
    const settings = settingsOf((await load(module))[schema](''), walk);
    missing.push(...settings.filter(({ path }) => commentFor(comments, path) === undefined).map(({ path }) => `${file} lacks ${path}`));
    const tables = [...new Set(settings.map(sectionOf))].map((name) => tableOf(name, settings.filter((setting) => sectionOf(setting) === name), comments));
    return [`## ${title}`, `${text} A whole file with every setting: [${file}](../${file}).`, ...tables].join('\n\n');
  }));
});

const text = `<!-- Made by scripts/configuration-reference.mjs; change the schemas or the comments of the examples. -->
# Configuration

Durations are \`500ms\`, \`30s\`, \`5m\`, \`2h\`, a bare number counts seconds; sizes are \`64KiB\`, \`32MiB\`, a bare number counts bytes; relative paths count
from the configuration file. \`name[]\` is a list, \`name.*\` a mapping with keys of your choice. A secret is \`{file: PATH}\`, \`{env: NAME}\`, \`{credential: NAME}\`
(systemd), \`{store: NAME}\` (see \`causeway secrets\`), \`{command: NAME}\` (see \`secrets.commands\`), or, not advised, the text itself.

${sections.join('\n\n')}
`;
const isCurrent = existsSync(page) && readFileSync(page, 'utf8') === text;
if (!values.check) writeFileSync(page, text);
for (const line of missing) console.error(line);
if (values.check && !isCurrent) console.error('docs/configuration.md is STALE: node scripts/configuration-reference.mjs');
process.exitCode = missing.length > 0 || (values.check && !isCurrent) ? 1 : 0;
