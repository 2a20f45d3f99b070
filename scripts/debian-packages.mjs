/** Installs the Debian packages whose programs the tests start. */
import { spawnSync } from 'node:child_process';

/** Directory servers, proxy and certificates: what `npm test` starts. */
export const TEST_SERVERS = [
  { program: '/usr/sbin/slapd', package: 'slapd' },
  { program: '/usr/bin/ldapmodify', package: 'ldap-utils' },
  { program: '/usr/bin/tinyproxy', package: 'tinyproxy' },
  { program: '/usr/bin/openssl', package: 'openssl' },
  { program: '/usr/sbin/ns-slapd', package: '389-ds-base' },
  { program: '/usr/sbin/dscreate', package: 'python3-lib389' },
  { program: '/usr/bin/pebble', package: 'pebble' },
  // Its analysis of the service units; nothing of it is started.
  { program: '/usr/bin/systemd-analyze', package: 'systemd' },
  { program: '/usr/sbin/sshd', package: 'openssh-server' },
  { program: '/usr/bin/sudo', package: 'sudo' },
  // Shells whose completion is tested, and a pseudo terminal for the rest of the command line.
  { program: '/usr/bin/zsh', package: 'zsh' },
  { program: '/usr/bin/fish', package: 'fish' },
  { program: '/usr/bin/script', package: 'bsdutils' },
  { program: '/usr/sbin/krb5kdc', package: 'krb5-kdc' },
  { program: '/usr/sbin/kadmind', package: 'krb5-admin-server' },
  { program: '/usr/bin/kadmin', package: 'krb5-user' },
  // Its server is in a folder of its version.
  { program: '/usr/bin/pg_createcluster', package: 'postgresql' },
  { program: '/usr/sbin/mariadbd', package: 'mariadb-server' },
  // Connects controllers of a fleet.
  { program: '/usr/sbin/nats-server', package: 'nats-server' },
  // A C# compiler with its runtime, for what the PowerShell connector hands to Add-Type.
  { program: '/usr/bin/mcs', package: 'mono-mcs' },
  // Shows the agent's status page, driven by playwright-core.
  { program: '/usr/bin/chromium', package: 'chromium' },
  // An Active Directory domain controller: --no-install-recommends leaves out what only that needs.
  ...['samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'python3-samba', 'winbind'].map((name) => ({ program: '/usr/sbin/samba', package: name })),
];

/** What installs packages of PyPI, each in an environment of its own. The wheels are what environments begin with. */
export const PYTHON_TOOLS = [
  { program: '/usr/bin/python3', package: 'python3' },
  { program: '/usr/bin/pip3', package: 'python3-pip' },
  { program: '/usr/share/python-wheels', package: 'python3-venv' },
];

/** What builds and runs the Java programs of test/interop. */
export const JAVA_TOOLS = [
  { program: '/usr/bin/javac', package: 'openjdk-17-jdk-headless' },
  { program: '/usr/bin/mvn', package: 'maven' },
];

/** Has promtool, which checks metrics pages and alert rules. Too big for every machine that runs the tests. */
export const PROMETHEUS = [{ program: '/usr/bin/promtool', package: 'prometheus' }];

/** Seconds to wait for somebody else who is installing. */
const LOCK_WAIT = 600;

/** Ends the process with the command to run by hand when a program is missing and cannot be installed. */
export function installPrograms(programs) {
  const isMissing = ({ program }) => spawnSync('test', ['-x', program]).status !== 0;
  const missing = programs.filter(isMissing).map((entry) => entry.package);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    console.error(`The tests start real servers and need these Debian packages: ${missing.join(', ')}.\nInstall them as root and run the command again:\n  ${command}`);
    process.exit(1);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update'], { stdio: 'inherit', env });
  // policy-rc.d would be the other way to keep the packages from starting a daemon; there is none to start in a container.
  const installed = spawnSync('apt-get', ['install', '-y', '--no-install-recommends', '-o', `DPkg::Lock::Timeout=${LOCK_WAIT}`, ...missing], { stdio: 'inherit', env });
  const stillMissing = programs.filter(isMissing).map((entry) => entry.package);
  if (installed.status !== 0 || stillMissing.length > 0) {
    console.error(`Could not install ${stillMissing.join(', ') || missing.join(', ')}: ${command}`);
    process.exit(1);
  }
}
