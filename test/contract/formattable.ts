/** Texts a Java peer can show: it passes each through MessageFormat, which swallows apostrophes and fails on braces. */
export const FORMATTABLE = /^[^'{}]*[^'{}\s][^'{}]*$/;
