/**
 * `node scripts/rest-targets.mjs`: what tests of REST connectors use that comes from PyPI. The vendors' contracts in packages of
 * Google and AWS go to var/vendor-contracts/documents, as data only: the packages are unpacked, and none of their code is run. moto,
 * which stands in for AWS, and scim2-server go into Python environments of their own below var; `--contracts` leaves them out. Does
 * nothing where they are there already; says what it could not get, and ends with 1 then.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PYTHON_TOOLS, installPrograms } from './debian-packages.mjs';
import { root } from './run.mjs';

/** Servers, and the folder below var of the environment each has. */
const SERVERS = [{ requirement: 'moto[server]==5.2.1', folder: 'moto' }, { requirement: 'scim2-server==0.8.3', folder: 'scim2-server' }];
const discovery = (name) => [`googleapiclient/discovery_cache/documents/${name}.json`, `google/${name}.json`];
const model = (service, version) => [`botocore/data/${service}/${version}/service-2.json.gz`, `aws/${service}.json`];
/** Package and version, and which of its files stand under which name. */
const PACKAGES = [
  { requirement: 'google-api-python-client==2.202.0', files: ['admin.directory_v1', 'licensing.v1', 'cloudidentity.v1', 'iam.v1', 'cloudresourcemanager.v3'].map(discovery) },
  { requirement: 'botocore==1.40.0', files: [['iam', '2010-05-08'], ['identitystore', '2020-06-15'], ['sso-admin', '2020-07-20'], ['sts', '2011-06-15']].map(([service, version]) => model(service, version)) },
];
const documents = join(root, 'var/vendor-contracts/documents');

/** Ends with a sentence of its own when the command fails. */
function command(program, args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 600_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').slice(-3).join(' ')}`);
}

function takeDocuments({ requirement, files }) {
  const mark = join(documents, `${requirement.split('==')[0]}.version`);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === requirement) return;
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-contracts-'));
  try {
    command('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--dest', scratch, requirement]);
    const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
    command('python3', ['-m', 'zipfile', '-e', join(scratch, wheel), scratch]);
    for (const [from, to] of files) {
      const bytes = readFileSync(join(scratch, from));
      mkdirSync(dirname(join(documents, to)), { recursive: true });
      writeFileSync(join(documents, to), from.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    }
    writeFileSync(mark, requirement);
    console.log(`${requirement}: ${files.map(([, to]) => to).join(', ')}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function installServer({ requirement, folder }) {
  const environment = join(root, 'var', folder);
  const mark = join(environment, 'installed');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === requirement) return;
  rmSync(environment, { recursive: true, force: true });
  command('python3', ['-m', 'venv', environment]);
  command(join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', requirement]);
  writeFileSync(`${mark}.new`, requirement);
  renameSync(`${mark}.new`, mark);
  console.log(`${requirement}: ${environment}`);
}

if (spawnSync('python3', ['-c', 'import ensurepip, pip, venv']).status !== 0) installPrograms(PYTHON_TOOLS);

const taken = (all, take) => all.map((each) => [each.requirement, () => take(each)]);
const parts = [...taken(PACKAGES, takeDocuments), ...(process.argv.includes('--contracts') ? [] : taken(SERVERS, installServer))];
for (const [name, take] of parts) {
  try {
    take();
  } catch (error) {
    console.error(`${name} is not here, so that nothing is checked by it: ${error.message}`);
    process.exitCode = 1;
  }
}
