/** `node scripts/check-links.mjs`: every link of every page leads to a file, and to a heading of it, that is there. Links to other hosts are not followed. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './run.mjs';

/** What is made or installed, and the parts of pages one folder above, where their links count from. A machine need not have git. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'var', 'coverage', '.git', 'docs/connectors/notes']);

function pagesBelow(folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(path) ? [] : pagesBelow(path);
    return path.endsWith('.md') ? [path] : [];
  });
}
const pages = pagesBelow();
const withoutCode = (text) => text.replaceAll(/^(```|~~~).*?^\1/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** As GitHub makes them: https://github.com/gjtorikian/html-pipeline/blob/main/lib/html_pipeline/node_filter/table_of_contents_filter.rb */
function anchorsOf(text) {
  const seen = new Map();
  const headings = [...text.replaceAll(/^(```|~~~).*?^\1/gms, '').matchAll(/^#{1,6} +(.*?) *#*$/gm)].map(([, heading]) => heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '').replaceAll(' ', '-'));
  const anchors = headings.map((anchor) => {
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  return new Set([...anchors, ...[...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)]);
}

function problemOf(page, target) {
  const [path, anchor] = target.split('#', 2).map((part) => decodeURIComponent(part));
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (relative(root, file).startsWith('..')) return 'leads out of the repository';
  if (!existsSync(file)) return 'there is no such file';
  if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : 'there is no such heading';
}

let links = 0;
const problems = pages.flatMap((page) => {
  const targets = [...withoutCode(readFileSync(join(root, page), 'utf8')).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|<img [^>]*src="([^"]+)"/g)].map(([, link, image]) => link ?? image).filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
  links += targets.length;
  return targets.map((target) => [target, problemOf(page, target)]).filter(([, problem]) => problem !== undefined).map(([target, problem]) => `${page}: ${target}: ${problem}`);
});
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${links} links, ${problems.length} of them lead nowhere.`);
process.exitCode = problems.length === 0 && links > 0 ? 0 : 1;
