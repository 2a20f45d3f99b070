import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Most of half a minute and more, the longest first: begun last, each would be waited for alone. A new checkout knows no durations. */
const LONGEST = [
  'test/integration/journal/killed-agent.test.ts', 'test/faults/fault-table.test.ts', 'test/integration/agent/enrolment/running-agent.test.ts', 'test/integration/enrolled-agent.test.ts',
  'test/faults/idle-agent.test.ts', 'test/faults/killed-processes.test.ts', 'test/connectors/kerberos/principals.integration.test.ts', 'test/integration/controller/enrolment-process.test.ts',
  'test/integration/controller/gateway.test.ts', 'test/connectors/ssh/toolkit.integration.test.ts', 'test/e2e/live-sync/samba.test.ts', 'test/connectors/ldap/sync-changelog.integration.test.ts',
  'test/integration/agent/isolation/troubled.test.ts', 'test/integration/controller/identities.test.ts', 'test/e2e/drain.test.ts', 'test/integration/agent/paused-consumer.test.ts',
  'test/e2e/live-sync/directory-389.test.ts', 'test/connectors/kerberos/contract.integration.test.ts', 'test/integration/journal/killed-relay.test.ts', 'test/integration/agent/oauth-server.test.ts',
  'test/unit/hostile/regular-expressions.test.ts', 'test/unit/connectors/scripted/hostile.test.ts', 'test/connectors/mongodb/contract.test.ts', 'test/connectors/box/contract.test.ts', 'test/connectors/docusign/contract.test.ts',
];

/** Runs first what takes longest; everything else as vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = this.ctx.config.root;
    const place = ({ moduleId }: TestSpecification): number => (LONGEST.indexOf(relative(root, moduleId).replaceAll('\\', '/')) + 1) || LONGEST.length + 1;
    const group = ({ project }: TestSpecification): string => `${project.config.sequence.groupOrder} ${project.name}`;
    const sorted = await super.sort(files);
    const groups = [...new Set(sorted.map(group))];
    return sorted.sort((a, b) => groups.indexOf(group(a)) - groups.indexOf(group(b)) || place(a) - place(b));
  }
}
