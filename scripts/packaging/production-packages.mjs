/** What of node_modules a running Causeway needs, by the lock file; and the licences that come with it. */
import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Types, maps of sources, and texts nobody reads in /usr/lib; licences are collected elsewhere. */
const UNNEEDED_FILES = /(?:\.map|\.d\.[cm]?ts|\.[cm]?ts|\.tsx|\.md|\.markdown|\.flow|\.html|tsconfig.*\.json|\.tsbuildinfo|\.gyp)$|^\.(?!bin)|^(?:licen[cs]e|copying|notice|authors|changelog|changes|history|security|contributing|makefile)[^.]*(?:\.txt|\.rst)?$/i;
/** Directly in a package, these hold nothing it runs. */
const UNNEEDED_FOLDERS = new Set(['test', 'tests', '__tests__', 'docs', 'doc', 'example', 'examples', 'benchmark', 'benchmarks', 'coverage', '.github', 'types']);
const LICENCE = /^(?:licen[cs]e|copying|notice|third[-_]party)/i;
/** Made by the compiler of whoever ran npm, or for other machines; their packages work without them. */
const NATIVE = /\.(?:node|o|a|d|mk)$/;

/** Packages of production that are installed, each with its path, name, version, licence. Throws when one is missing. */
export function productionPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).filter(([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true).flatMap(([path, entry]) => {
    const folder = join(root, path);
    if (!existsSync(folder)) {
      if (entry.optional) return [];
      throw new Error(`${path} is not installed: run npm ci.`);
    }
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ path, folder, name, version: entry.version, licence: entry.license ?? licenceName(manifest), homepage: manifest.homepage ?? '' }];
  });
}

function licenceName({ license, licenses }) {
  const given = license ?? licenses?.[0];
  return typeof given === 'string' ? given : given?.type ?? 'see its text';
}

/** Copies the packages below `target`, without what nothing runs. `keepNative(path)`: whether a native module goes along. */
export function copyPackages(packages, target, keepNative) {
  for (const { path, folder } of packages) {
    cpSync(folder, join(target, path), {
      recursive: true,
      dereference: false,
      filter: (source) => {
        if (source === folder) return true;
        const inside = source.slice(folder.length + 1);
        const name = basename(source);
        if (name === 'node_modules') return false;
        if (statSync(source).isDirectory()) return !(!inside.includes('/') && UNNEEDED_FOLDERS.has(name)) && !(name.startsWith('.') && name !== '.bin');
        return NATIVE.test(name) ? keepNative(`${path}/${inside}`) : !UNNEEDED_FILES.test(name);
      },
    });
  }
}

/** Throws when a module that went along asks for one that was left out: what is unneeded is guessed by its name. */
export function checkCopied(packages, target) {
  const missing = [];
  for (const { path, folder } of packages) {
    for (const name of readdirSync(join(target, path), { recursive: true })) {
      if (!/\.[cm]?js$/.test(name) || name.split('/').includes('node_modules')) continue;
      const text = readFileSync(join(target, path, name), 'utf8');
      for (const [, asked] of text.matchAll(/\b(?:require\(|from\s*|import\(?\s*)["'](\.\.?\/[^"'\n]+)["']/g)) {
        const candidates = ['', '.js', '.cjs', '.mjs', '.json', '/index.js'].map((ending) => join(dirname(name), `${asked}${ending}`));
        const found = candidates.find((each) => existsSync(join(folder, each)) && statSync(join(folder, each)).isFile());
        if (found !== undefined && !existsSync(join(target, path, found)) && !NATIVE.test(found) && !found.endsWith('ts')) missing.push(`${path}/${name} asks for ${found}`);
      }
    }
  }
  if (missing.length > 0) throw new Error(`Left out, but asked for:\n${missing.join('\n')}`);
}

/** Texts of licences and notices, as `NAME-VERSION/FILE` -> text. */
export function licenceTexts(packages) {
  const texts = new Map();
  for (const { folder, name, version } of packages) {
    for (const file of readdirSync(folder)) {
      if (!LICENCE.test(file) || !statSync(join(folder, file)).isFile()) continue;
      texts.set(`${name} ${version}: ${file}`, readFileSync(join(folder, file), 'utf8'));
    }
  }
  return texts;
}
