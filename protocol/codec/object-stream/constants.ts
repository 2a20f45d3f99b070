/** Byte values of the object stream (protocol section 5.2). */
export const MAGIC = 0x0000fafb;
export const VERSION = 2;

export const OBJECT_NULL = 0x3c;
export const OBJECT_CLASS = 0x3d;
export const OBJECT_ARRAY = 0x3e;

export const FIELD_ANONYMOUS = 0x46;
export const FIELD_NAMED = 0x47;
export const END_OF_OBJECT = 0x48;
