/** The texts of a Debian package that depend on its version and content. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const MAINTAINER = 'Causeway maintainers <maintainers@causeway.dev>';
/** By `process.arch`. */
export const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };

/** `installedSize`: KiB. Node's own binary is linked to these libraries only; perl-base is essential. */
export function control({ version, architecture, installedSize }) {
  return `Package: causeway
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedSize}
Depends: libc6 (>= 2.28), libgcc-s1 (>= 3.4), libstdc++6 (>= 8), adduser, init-system-helpers (>= 1.54)
Section: admin
Priority: optional
Description: remote connector server for identity governance
 Causeway connects identity governance in the cloud to the systems behind a
 company's firewall. Its agent runs next to directories and databases, opens an
 outbound mutual-TLS WebSocket to a controller, receives connector operations,
 runs them on local systems and streams the results back.
 .
 It speaks OpenICF's remote protocol, so the agent is a drop-in for the Java
 remote connector server. A controller with a REST API and reconciliation is
 included. Neither service is started before it is configured.
`;
}

/** `date`: a Date. */
export function changelog({ version, date }) {
  const day = date.toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1, $2 $3 $4 $5 +0000');
  return `causeway (${version}) unstable; urgency=medium

  * Changes of each version: changelog.gz.

 -- ${MAINTAINER}  ${day}
`;
}

/** `packages`: of production-packages.mjs. `nodeVersion`: with its v. */
export function copyright(packages, nodeVersion) {
  const lines = packages.map(({ name, version, licence, homepage }) => ` ${name} ${version}: ${licence}${homepage === '' ? '' : ` <${homepage}>`}`);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: causeway
Comment: The package carries Node.js and libraries of the npm registry. Their
 licences and notices are in full in /usr/share/doc/causeway/licences.gz.

Files: *
Copyright: 2026 The Causeway authors
License: Apache-2.0

Files: usr/lib/causeway/bin/node
Copyright: 2012-2026 Node.js contributors and the authors of what it includes
License: nodejs
 Node.js ${nodeVersion}: MIT, and the licences of what it includes; in full in
 /usr/share/doc/causeway/licences.gz.

Files: usr/lib/causeway/node_modules/*
Copyright: 2010-2026 The authors of each library
License: libraries
${[...new Set(lines)].join('\n')}

License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
`;
}

/** md5sums of every file below `stage`, but DEBIAN. */
export function checksums(stage) {
  const lines = [];
  const walk = (folder) => {
    for (const name of readdirSync(join(stage, folder)).sort()) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const entry = lstatSync(join(stage, path));
      if (path === 'DEBIAN') continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) lines.push(`${createHash('md5').update(readFileSync(join(stage, path))).digest('hex')}  ${path}\n`);
    }
  };
  walk('');
  return lines.join('');
}
