/** `T` with every property and every list in it read-only, at every depth. */
export type Immutable<T> = { readonly [K in keyof T]: Immutable<T[K]> };
