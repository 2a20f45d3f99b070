/** Segments of user and group profiles besides BASE that this connector manages; also the operands of LISTUSER and LISTGRP. */
export const ACCOUNT_SEGMENTS = ['CICS', 'DCE', 'DFP', 'KERB', 'LANGUAGE', 'LNOTES', 'NDS', 'NETVIEW', 'OMVS', 'OPERPARM', 'OVM', 'PROXY', 'TSO', 'WORKATTR'] as const;
export const GROUP_SEGMENTS = ['OVM', 'OMVS', 'DFP', 'TME'] as const;

export type Segment = (typeof ACCOUNT_SEGMENTS)[number] | (typeof GROUP_SEGMENTS)[number];

export const SEGMENTS: readonly Segment[] = [...ACCOUNT_SEGMENTS, 'TME'];

export function isSegment(name: string): name is Segment {
  return (SEGMENTS as readonly string[]).includes(name);
}
