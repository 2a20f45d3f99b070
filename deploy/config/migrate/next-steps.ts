interface Migration {
  readonly out: string | undefined;
  readonly files: readonly string[];
  /** Whether agents dial in. */
  readonly accepts: boolean;
  readonly hasAttention: boolean;
}

/** What a person does then, in this order. */
export function nextSteps({ out, files, accepts, hasAttention }: Migration): string[] {
  if (out === undefined) return ['nothing was written; --out DIRECTORY writes it'];
  return [
    ...(hasAttention ? ['go through the points that need attention'] : []),
    `causeway config check ${out}`,
    ...(accepts ? ['put the certificate of the gateway beside controller.yaml: gateway.crt, gateway.key, agents-ca.crt (causeway certs init, causeway certs issue-controller)'] : []),
    ...(files.includes('controller.yaml') ? ['give controller.yaml a user for REST: rest.users (causeway controller hash-password)'] : []),
    ...(files.includes('agent.yaml') ? [`causeway agent check --config ${out}/agent.yaml, on the agent's machine`] : []),
    ...(files.some((path) => path.startsWith('conf/schedule-')) ? ['for each schedule: switch it off in IDM, then set enabled to true in its file here'] : []),
    'move over one system at a time, and leave the Java server installed until you are sure (docs/migrate.md)',
  ];
}
