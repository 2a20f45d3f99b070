/** Bundles the web console (controller/console/web) to dist/controller/console/page: names with hashes, and files.json, which lists them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './run.mjs';

const web = join(root, 'controller/console/web');
const out = join(root, 'dist/controller/console/page');
const PAGES = 'console:pages';
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', html: 'text/html; charset=utf-8', txt: 'text/plain; charset=utf-8' };

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** `import { pages } from 'console:pages'`: what every `pages/*.page.tsx` exports. */
const gatheredPages = {
  name: 'console-pages',
  resolveId: (source) => (source === PAGES ? `\0${PAGES}` : undefined),
  load(id) {
    if (id !== `\0${PAGES}`) return undefined;
    const files = readdirSync(join(web, 'pages')).filter((name) => name.endsWith('.page.tsx')).sort();
    return [...files.map((name, at) => `import { page as page${at} } from ${JSON.stringify(join(web, 'pages', name))};`), `export const pages = [${files.map((_, at) => `page${at}`).join(', ')}];`].join('\n');
  },
};

async function script() {
  const bundle = await rolldown({
    input: join(web, 'main.tsx'), cwd: root, platform: 'browser', plugins: [gatheredPages], logLevel: 'warn',
    tsconfig: join(web, 'tsconfig.json'), transform: { target: 'es2022' },
  });
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false, minify: true });
  await bundle.close();
  return output[0].code;
}

const style = () => readdirSync(join(web, 'styles')).sort().map((name) => readFileSync(join(web, 'styles', name), 'utf8')).join('');

export async function buildConsole() {
  const files = new Map();
  const put = (name, content) => {
    files.set(name, content);
    return name;
  };
  const hashed = (stem, extension, content) => put(`assets/${stem}-${sha256(content).slice(0, 12)}.${extension}`, content);
  const names = {
    script: hashed('console', 'js', await script()),
    style: hashed('console', 'css', style()),
    icon: hashed('icon', 'svg', readFileSync(join(root, 'agent/observe/local/page/icon.svg'), 'utf8')),
  };
  put('index.html', readFileSync(join(web, 'index.html'), 'utf8').replaceAll(/%(\w+)%/g, (_, name) => names[name]));
  put('licences.txt', `The console contains Preact:\n\n${readFileSync(join(root, 'node_modules/preact/LICENSE'), 'utf8')}`);
  for (const [name, content] of files) {
    mkdirSync(dirname(join(out, name)), { recursive: true });
    writeFileSync(join(out, name), content);
  }
  const list = [...files].map(([name, content]) => [name, { type: TYPES[name.split('.').at(-1)], sha256: sha256(content) }]);
  writeFileSync(join(out, 'files.json'), `${JSON.stringify(Object.fromEntries(list), null, 2)}\n`);
}
