/**
 * `node scripts/container-check.mjs`: builds the image of deploy/container/Dockerfile with buildah and runs it as a cluster would: not as
 * root, on a root file system that cannot be written, with nothing but its volumes. Both base images are made here (no registry is asked):
 * Debian with Node and npm, and a stand-in for distroless that holds what the real one has: Node at its place, its libraries, certificates
 * and the user. As root on Debian. Ends with `N passed, N failed`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installPrograms } from './debian-packages.mjs';
import { root } from './run.mjs';
import { TestResults } from './test-results.mjs';

const BUILD_TOOLS = [{ program: '/usr/bin/buildah', package: 'buildah' }, { program: '/usr/sbin/debootstrap', package: 'debootstrap' }];
const USER = 65_532;
/** Milliseconds of one command, the download of packages included. */
const LONGEST = 900_000;
/** Of one program in the container. */
const LONGEST_RUN = 120_000;
const scratch = mkdtempSync(join(tmpdir(), 'causeway-container-'));
const results = new TestResults();

/** Its output. Throws with what it complained of. */
function command(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', cwd: root, maxBuffer: 2 ** 28, timeout: LONGEST, ...options });
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 4).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').slice(-5).join('\n')}`);
  return stdout.trim();
}
const buildah = (...args) => command('buildah', ['--root', join(scratch, 'store'), '--runroot', join(scratch, 'run'), ...args], { env: { ...process.env, BUILDAH_ISOLATION: 'chroot' } });

/** A new image with what `fill` puts into its root. Variables by which this machine reaches registries are the build's, too. */
function makeImage(name, fill, variables = []) {
  const container = buildah('from', 'scratch');
  const rootfs = buildah('mount', container);
  fill(rootfs);
  buildah('config', ...variables.flatMap((variable) => (process.env[variable] === undefined ? [] : ['--env', `${variable}=${process.env[variable]}`])), container);
  buildah('commit', '--quiet', '--rm', container, name);
}

const copyTo = (rootfs, path, as = path) => {
  mkdirSync(dirname(join(rootfs, as)), { recursive: true });
  cpSync(path, join(rootfs, as), { recursive: true, dereference: true });
};
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const librariesOf = (program) => [...command('ldd', [program]).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path);
const npmFolder = () => join(command('npm', ['root', '--global']), 'npm');

function debianWithNode(rootfs) {
  command('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', rootfs], { stdio: ['ignore', 'pipe', 'pipe'] });
  copyTo(rootfs, process.execPath, '/usr/local/bin/node');
  copyTo(rootfs, npmFolder(), '/usr/local/lib/node_modules/npm');
  for (const name of ['npm', 'npx']) command('ln', ['-sf', `../lib/node_modules/npm/bin/${name}-cli.js`, join(rootfs, 'usr/local/bin', name)]);
  for (const library of librariesOf(process.execPath)) if (!existsSync(join(rootfs, library))) copyTo(rootfs, library);
  copyTo(rootfs, CERTIFICATES);
}

function likeDistroless(rootfs) {
  copyTo(rootfs, process.execPath, '/nodejs/bin/node');
  for (const library of librariesOf(process.execPath)) copyTo(rootfs, library);
  copyTo(rootfs, CERTIFICATES);
  writeFileSync(join(rootfs, 'etc/passwd'), `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/home/nonroot:/sbin/nologin\n`);
  for (const folder of ['tmp', 'proc', 'dev']) mkdirSync(join(rootfs, folder));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** Status of an answer; 0 without one. */
const statusOf = (url) => new Promise((resolve) => {
  get(url, (response) => { resolve(response.resume().statusCode); }).once('error', () => resolve(0));
});

/** In a mount namespace of its own: the root read-only, volumes as file systems in memory, the configuration below /etc/causeway. */
function inContainer(rootfs, config, args, environment) {
  const mounts = [
    'mount --bind "$1" "$1"', 'mkdir -p "$1/etc/causeway"', 'mount --bind "$2" "$1/etc/causeway"', 'mount -o remount,ro,bind "$1"', 'mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"',
    `mount -t tmpfs -o uid=${USER},gid=${USER},mode=700 tmpfs "$1/var/lib/causeway"`, 'mount -t proc proc "$1/proc"', 'mount --bind /dev "$1/dev"',
  ].join(' && ');
  const script = `root=$1; ${mounts} && shift 2 && exec chroot --userspec=${USER}:${USER} "$root" /nodejs/bin/node /app/dist/"$@"`;
  return spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', rootfs, config, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_RUN, killSignal: 'SIGKILL' });
}

const endOf = (child) => new Promise((resolve) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
  child.once('close', (code) => { resolve({ code, text }); });
});

async function runAgent(rootfs) {
  const [port, listener] = [await freePort(), await freePort()];
  const config = mkdtempSync(join(scratch, 'config-'));
  command('chmod', ['755', scratch, config]);
  writeFileSync(join(config, 'agent.yaml'), [
    'agent: {name: site-1, stateDirectory: /var/lib/causeway, shutdownGrace: 5s}', `listeners: [{port: ${listener}, address: 127.0.0.1, keyHash: "lmA6bMfENJGlIDbfrVtklXFK32s="}]`, `health: {port: ${port}}`,
  ].join('\n'));
  const environment = { CAUSEWAY_CONFIG: '/etc/causeway/agent.yaml', NODE_ENV: 'production', CAUSEWAY_HEALTH__PORT: String(port) };
  const agent = inContainer(rootfs, config, ['deploy/cli/causeway.js', 'agent', 'run'], environment);
  const ended = endOf(agent);
  for (let tries = 0; tries < 300 && agent.exitCode === null && await statusOf(`http://127.0.0.1:${port}/readyz`) !== 200; tries++) await delay(100);
  results.count('the agent is ready on a read-only root, not as root', agent.exitCode === null && await statusOf(`http://127.0.0.1:${port}/readyz`) === 200);
  const healthy = await endOf(inContainer(rootfs, config, ['deploy/container/health-check.js'], environment));
  results.count(`the health check says that it is (${healthy.text})`, healthy.code === 0);
  agent.kill('SIGTERM');
  const { code, text } = await ended;
  results.count(`the agent stops when it is told to (${code}): ${text.slice(-400)}`, code === 0 && text.includes('Stopped.'));
  const sick = await endOf(inContainer(rootfs, config, ['deploy/container/health-check.js'], environment));
  results.count(`the health check fails without an agent, and says why (${sick.text})`, sick.code === 1 && sick.text.includes('does not answer'));
}

async function checkImage() {
  const container = buildah('from', 'localhost/causeway');
  const { User: user, Entrypoint: entrypoint } = JSON.parse(buildah('inspect', '--type', 'container', container)).OCIv1.config;
  results.count(`the image runs as ${user}`, user === `${USER}:${USER}`);
  results.count(`its entry point is ${entrypoint?.join(' ')}`, entrypoint?.[0] === '/nodejs/bin/node');
  const rootfs = buildah('mount', container);
  results.count('it holds no shell and no npm', !['bin/sh', 'usr/bin/sh', 'bin/bash', 'usr/local/bin/npm'].some((path) => existsSync(join(rootfs, path))));
  const development = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies).filter((name) => existsSync(join(rootfs, 'app/node_modules', name, 'package.json')));
  // A package can be a dependency of one that stays.
  const staying = new Set(Object.entries(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages).filter(([, entry]) => entry.dev !== true).map(([path]) => path));
  results.count(`it holds no development packages (${development.join(', ')})`, development.every((name) => staying.has(`node_modules/${name}`)));
  results.count('it holds neither sources nor tests', !['app/agent', 'app/test', 'app/dist/test'].some((path) => existsSync(join(rootfs, path))));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  results.count('it says its version', buildah('run', container, '--', ...entrypoint, '--version') === version);
  await runAgent(rootfs);
  console.log(`Size: ${command('du', ['-sm', join(rootfs, 'app')]).split('\t')[0]} MB of application.`);
}

/** buildah makes / private, which only a mount can be, and in a chroot / is none: then all of this runs where it is. */
function rootIsMounted() {
  if (spawnSync('mountpoint', ['--quiet', '/']).status === 0) return true;
  const folder = mkdtempSync(join(tmpdir(), 'causeway-root-'));
  const script = 'mount --rbind / "$0" && mount --make-rprivate "$0" && exec chroot "$0" "$@"';
  process.exitCode = spawnSync('unshare', ['--mount', '--propagation', 'unchanged', 'sh', '-c', script, folder, process.execPath, ...process.argv.slice(1)], { stdio: 'inherit', timeout: 2 * LONGEST }).status ?? 1;
  // Nothing more than the empty folder: should anything be mounted there still, it is this machine.
  rmdirSync(folder);
  return false;
}

async function check() {
  try {
    installPrograms(BUILD_TOOLS);
    makeImage('localhost/debian-with-node', debianWithNode, ['NODE_EXTRA_CA_CERTS', 'npm_config_registry', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY']);
    makeImage('localhost/like-distroless', likeDistroless);
    buildah('bud', '--quiet', '--file', 'deploy/container/Dockerfile', '--ignorefile', 'deploy/container/Dockerfile.dockerignore', '--build-arg', 'BUILD_IMAGE=localhost/debian-with-node', '--build-arg', 'BASE_IMAGE=localhost/like-distroless', '--tag', 'localhost/causeway', '.');
    await checkImage();
  } catch (error) {
    results.count(String(error), false);
  } finally {
    try {
      buildah('rm', '--all');
      buildah('rmi', '--all', '--force');
    } catch { /* what is left goes with the folder */ }
    rmSync(scratch, { recursive: true, force: true });
  }
  results.finish();
}

if (rootIsMounted()) await check();
else rmSync(scratch, { recursive: true, force: true });
