/** Where our property tables say otherwise than a system's specification, and why. An entry that is not needed fails the test. */
export interface SpecificationDeparture {
  readonly system: string;
  readonly property: string;
  readonly aspect: 'type' | 'default' | 'confidential' | 'required';
  readonly specified: unknown;
  readonly ours: unknown;
  readonly reason: string;
}

const RANDOM_NAME = 'The pool makes up a name in each JVM; the documentation shows one that came about by chance.';

export const SPECIFICATION_DEPARTURES: readonly SpecificationDeparture[] = [
  {
    system: 'database-table', property: 'password', aspect: 'required', specified: true, ours: false,
    reason: 'The same page says that a database may need no password; requiring one would refuse such a configuration. Java does not require it.',
  },
  { system: 'database-table', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[1-351632824]', ours: null, reason: RANDOM_NAME },
  { system: 'scripted-sql', property: 'name', aspect: 'default', specified: 'Tomcat Connection Pool[10-351632824]', ours: null, reason: RANDOM_NAME },
];
