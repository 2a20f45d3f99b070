/** Hooks of a mapping, by the key that holds the script. */
export const HOOKS = ['onCreate', 'onUpdate', 'onDelete', 'onLink', 'onUnlink', 'postMapping', 'onRecon', 'result'] as const;
export type HookName = (typeof HOOKS)[number];

const OF_OBJECT = ['linkQualifier', 'mappingConfig', 'source', 'oldSource', 'sourceId', 'target', 'targetId', 'situation'] as const;

/** Variables of a script beside the common ones; null where there is no value. */
export const HOOK_BINDINGS: Readonly<Record<HookName, readonly string[]>> = {
  onCreate: OF_OBJECT, onUpdate: [...OF_OBJECT, 'oldTarget'], onDelete: OF_OBJECT, onLink: OF_OBJECT, onUnlink: OF_OBJECT, postMapping: OF_OBJECT,
  onRecon: ['mappingConfig'], result: ['source', 'target', 'global'],
};

/** Those whose changes of `target` count. */
export const CHANGES_TARGET: ReadonlySet<string> = new Set<HookName>(['onCreate', 'onUpdate']);
