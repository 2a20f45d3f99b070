import { silentLog } from '../../controller/log.js';
import type { ContinuationParts } from '../../controller/systems/continued-search.js';
import type { FacadeMember, FacadeMembers } from '../../controller/systems/facade-members.js';
import { FailoverFacade } from '../../controller/systems/failover-facade.js';
import { drainingLast } from '../../controller/systems/facade-members.js';
import type { ConnectorFacade } from '../../protocol/model/index.js';

export interface TestMember extends FacadeMember {
  readonly place: { isOperational: boolean; isDraining: boolean };
}

export function memberOf(facade: ConnectorFacade): TestMember {
  return { place: { isOperational: true, isDraining: false }, facade: () => facade };
}

/** Members that a test lets come, go and drain. */
export class TestMembers implements FacadeMembers {
  readonly #members: TestMember[];
  readonly #listeners = new Set<() => void>();

  constructor(...members: TestMember[]) {
    this.#members = members;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  now(): readonly FacadeMember[] {
    return drainingLast(this.#members.filter(({ place }) => place.isOperational));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(member: TestMember, place: Partial<TestMember['place']>): void {
    Object.assign(member.place, place);
    this.#tell();
  }

  join(member: TestMember): void {
    this.#members.push(member);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export function continuationOf(members: FacadeMembers, resumeWait = 2_000): ContinuationParts {
  return { members, resumeWait, log: silentLog };
}

/** A failover over facades that are there all the time. */
export function failoverOver(...facades: readonly ConnectorFacade[]): FailoverFacade {
  const members = new TestMembers(...facades.map(memberOf));
  return new FailoverFacade(members.now(), continuationOf(members, 0));
}
