/**
 * `node scripts/helm-check.mjs`: the chart of deploy/helm as Helm renders it, for several sets of values: checked by Helm itself, against
 * Kubernetes' own schemas (oldest and newest version, from PyPI's kubernetes-validate), and its agent.yaml by the agent. Builds Helm from
 * its published Go module into var/helm unless it is there; where there is no Go it says so, and nothing counts. `--build` stops after
 * that, and needs no package, so that it may run beside their installation. Ends with `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON_TOOLS, installPrograms } from './debian-packages.mjs';
import { withTypeScript } from './load-typescript.mjs';
import { installPackages, root } from './run.mjs';
import { TestResults } from './test-results.mjs';

const HELM = 'helm.sh/helm/v3/cmd/helm@v3.19.2';
const VALIDATOR = 'kubernetes-validate==1.37.0';
const VERSIONS = ['1.25.0', '1.37.0'];
const folder = join(root, 'var/helm');
const helm = join(folder, 'helm');
const chart = 'deploy/helm/causeway-agent';

/** Values, and what has to come of them. */
const CASES = [
  { name: 'as it comes', values: {}, kinds: ['ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'StatefulSet'] },
  { name: 'one member', values: { replicas: 1 }, kinds: ['ConfigMap', 'NetworkPolicy', 'Service', 'StatefulSet'] },
  {
    name: 'with everything',
    values: {
      replicas: 3, image: { repository: 'registry.example/causeway', digest: `sha256:${'a'.repeat(64)}` }, imagePullSecrets: [{ name: 'registry' }], agentName: 'berlin',
      config: { agent: { shutdownGrace: '20s' }, controllers: [{ url: 'wss://cloud.example/openicf', sockets: 3 }], secrets: { directories: ['/etc/causeway-secrets/targets'] }, log: { level: 'debug' } },
      policy: { version: 1 }, enrolment: { secretName: 'tokens', perMember: false }, secrets: [{ name: 'targets', secretName: 'causeway-targets' }],
      extraEnvironment: [{ name: 'TZ', value: 'Europe/Berlin' }], extraVolumes: [{ name: 'scripts', configMap: { name: 'scripts' } }], extraVolumeMounts: [{ name: 'scripts', mountPath: '/scripts', readOnly: true }],
      persistence: { size: '5Gi', storageClassName: 'fast' },
      networkPolicy: { ingressFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }], egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ protocol: 'TCP', port: 636 }] }] },
      nodeSelector: { zone: 'a' }, tolerations: [{ key: 'identity', operator: 'Exists' }], podAnnotations: { note: 'x' }, podLabels: { team: 'identity' }, serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    },
    kinds: ['ConfigMap', 'NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceMonitor', 'StatefulSet'], metrics: 'open',
  },
];
/** What the chart's schema has to refuse. */
const WRONG = [{ replica: 1 }, { config: { health: { port: 1 } } }, { config: { agent: { name: 'x' } } }, { image: { repository: 'x', digest: 'sha256:1' } }, { secrets: [{ name: 'Not A Name', secretName: 'x' }] }, { service: { healthPort: 80 } }, { serviceMonitor: { interval: 'often' } }];

const results = new TestResults();
const command = (program, args, options = {}) => spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 600_000, ...options });

function buildHelm() {
  if (existsSync(helm)) return true;
  const go = ['go', '/usr/local/go/bin/go'].find((name) => command(name, ['version']).status === 0);
  if (go === undefined) return false;
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = command(go, ['install', HELM], { env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-modcacherw' }, timeout: 1_800_000 });
  if (status !== 0) throw new Error(`${HELM} could not be built: ${stderr.slice(-500)}`);
  return true;
}

function installValidator() {
  const environment = join(folder, 'python');
  const validator = join(environment, 'bin/kubernetes-validate');
  if (existsSync(validator)) return validator;
  installPrograms(PYTHON_TOOLS);
  for (const [program, args] of [['python3', ['-m', 'venv', environment]], [join(environment, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', VALIDATOR]]]) {
    const { status, stderr } = command(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.slice(-500)}`);
  }
  return validator;
}

function rendered(values, version, scratch) {
  const file = join(scratch, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return command(helm, ['template', 'site-1', chart, '--namespace', 'identity', '--kube-version', version, '--values', file]);
}

const podOf = (documents) => documents.find(({ kind }) => kind === 'StatefulSet')?.spec.template.spec;

/** As Kubernetes' restricted profile wants it: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
function isRestricted({ securityContext, initContainers = [], containers }) {
  return securityContext.runAsNonRoot === true && securityContext.seccompProfile.type === 'RuntimeDefault'
    && [...initContainers, ...containers].every(({ securityContext: own }) => own.allowPrivilegeEscalation === false && own.readOnlyRootFilesystem === true && own.capabilities.drop.includes('ALL'));
}

async function checkCase({ name, values, kinds, metrics = 'token' }, { validator, scratch, readConfig, parseAllDocuments }) {
  for (const version of VERSIONS) {
    const { status, stdout, stderr } = rendered(values, version, scratch);
    results.count(`${name}, Kubernetes ${version}: Helm renders it (${stderr.trim()})`, status === 0);
    if (status !== 0) continue;
    const documents = parseAllDocuments(stdout).map((document) => document.toJS()).filter((document) => document !== null);
    results.count(`${name}, ${version}: ${kinds.join(', ')}`, JSON.stringify(documents.map(({ kind }) => kind).sort()) === JSON.stringify(kinds));
    const file = join(scratch, 'rendered.json');
    // Kubernetes has no schema of what the Prometheus operator brings.
    for (const document of documents.filter(({ kind }) => kind !== 'ServiceMonitor')) {
      writeFileSync(file, JSON.stringify(document));
      const checked = command(validator, ['--strict', '--kubernetes-version', version.replace(/\.0$/, ''), file]);
      results.count(`${name}, ${version}: ${document.kind} is as Kubernetes wants it (${(checked.stdout + checked.stderr).trim().slice(0, 500)})`, checked.status === 0);
    }
    results.count(`${name}, ${version}: the pod keeps to the restricted profile`, isRestricted(podOf(documents)));
    const config = readConfig(documents.find(({ kind }) => kind === 'ConfigMap').data['agent.yaml'], '/etc/causeway/agent.yaml', {});
    results.count(`${name}, ${version}: the agent takes its configuration`, config.agent.name === (values.agentName ?? 'site-1') && config.health.port === 8760 && config.health.metrics === metrics);
  }
}

if (!buildHelm()) console.log('not run: no Go, so Helm cannot be built.');
else if (!process.argv.includes('--build')) {
  await installPackages();
  const { parseAllDocuments } = await import('yaml');
  const validator = installValidator();
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-helm-'));
  try {
    const lint = command(helm, ['lint', '--strict', chart]);
    results.count(`helm lint --strict (${lint.stdout.slice(-300)})`, lint.status === 0);
    await withTypeScript(async (load) => {
      const { readConfig } = await load('/agent/config/load-config.ts');
      for (const one of CASES) await checkCase(one, { validator, scratch, readConfig, parseAllDocuments });
    });
    for (const values of WRONG) results.count(`${JSON.stringify(values)} is refused`, rendered(values, VERSIONS[0], scratch).status !== 0);
  } catch (error) {
    results.count(String(error), false);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
results.finish();
