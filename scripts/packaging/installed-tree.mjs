/** Lays out /usr/lib/causeway and what belongs to it below a folder: what the Debian package and the archive have in common. */
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCopied, copyPackages, licenceTexts, productionPackages } from './production-packages.mjs';

/** A native module of the Oracle driver for this kind of machine: only for servers its JavaScript cannot speak to. */
const keepNative = (arch) => (path) => path.includes('oracledb/build/Release/') && path.endsWith(`-linux-${arch}.node`);

/** `library`: becomes /usr/lib/causeway. Resolves with the packages that went along. */
export function layOutLibrary(root, library, { node, version }) {
  mkdirSync(join(library, 'bin'), { recursive: true });
  copyFileSync(node.program, join(library, 'bin/node'));
  chmodSync(join(library, 'bin/node'), 0o755);
  copyFileSync(join(root, 'deploy/systemd/with-notify-socket'), join(library, 'bin/with-notify-socket'));
  chmodSync(join(library, 'bin/with-notify-socket'), 0o755);
  cpSync(join(root, 'dist'), join(library, 'dist'), { recursive: true, filter: (source) => !source.endsWith('.map') });
  chmodSync(join(library, 'dist/deploy/cli/causeway.js'), 0o644);
  const { name, license, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(library, 'package.json'), `${JSON.stringify({ name, version, license, type, private: true }, null, 2)}\n`);
  const packages = productionPackages(root);
  copyPackages(packages, library, keepNative(node.arch));
  checkCopied(packages, library);
  return packages;
}

/** Every licence and notice of what is carried, one after the other. */
export function collectedLicences(packages, node) {
  const parts = [[`Node.js ${node.version}: LICENSE`, node.licence], ...licenceTexts(packages)];
  return parts.map(([title, text]) => `${'='.repeat(78)}\n${title}\n${'='.repeat(78)}\n\n${text.trim()}\n`).join('\n');
}
