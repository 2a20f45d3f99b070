import type { Migration } from './migration.js';

/** All links of an object, whatever their qualifier: asked for by each change of liveSync and before each deletion. */
export const linkKeyIndexes: Migration = {
  id: 21,
  name: '021-link-keys',
  up: `
create index link_first_key on link (link_type, first_key);
create index link_second_key on link (link_type, second_key);
`,
};
