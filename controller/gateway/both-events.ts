import type { HostDirectory } from './host-directory.js';

type Events = ReturnType<HostDirectory['events']>;

/** Tells both of what happens to sessions, the second one when the first has been told. */
export function bothEvents(first: Events, second: Events | undefined): Events {
  if (second === undefined) return first;
  return {
    onGroupOpened: (group) => { first.onGroupOpened(group); second.onGroupOpened(group); },
    onGroupDown: (group) => { first.onGroupDown(group); second.onGroupDown(group); },
    onGroupDraining: (group) => { first.onGroupDraining(group); second.onGroupDraining(group); },
    onGroupClosed: (group, reason) => { first.onGroupClosed(group, reason); second.onGroupClosed(group, reason); },
    onConnectorInfos: (group, infos) => { first.onConnectorInfos(group, infos); second.onConnectorInfos(group, infos); },
  };
}
