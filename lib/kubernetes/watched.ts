/** Something whose news a wait can wait for. */
export interface Watched {
  /**
   * Why no further news will come, when the watch has failed for good.
   *
   * @default - news will come
   */
  readonly failure?: unknown;
  /**
   * Calls back after every change, and when the watch fails.
   *
   * @returns a function that ends it
   */
  readonly onChange: (listener: () => void) => () => void;
}
