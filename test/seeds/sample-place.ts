/** What the path of a sample names, each part decoded; some samples leave out /openidm. `/openidm/system/Box/__ACCOUNT__/347` → Box, the class and the id. */
export interface SamplePlace {
  readonly system: string | undefined;
  readonly type: string | undefined;
  readonly id: string | undefined;
}

export function placeOf({ path }: { readonly path: string }): SamplePlace {
  const [, system, type, id] = /^(?:\/openidm)?\/system(?:\/([^/]+)(?:\/([^/]+)(?:\/(.+))?)?)?$/.exec(path.replace(/\/$/, '')) ?? [];
  return { system, type, id: id?.split('/').map(decodeURIComponent).join('/') };
}
