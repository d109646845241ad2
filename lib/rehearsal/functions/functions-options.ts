/** What functions are run with. All paths are absolute. */
export interface FunctionsOptions {
  /** A Python 3 that has boto3: the toolchain's. */
  readonly python: string;
  /** `node-runtime/main.ts`, bundled. */
  readonly nodeRuntime: string;
  /** `helm/main.ts`, bundled. */
  readonly helm: string;
  /** `python-runtime/main.py`. */
  readonly pythonRuntime: string;
  /** The project's `node_modules`, for the packages that Lambda's runtime for Node.js provides: `@aws-sdk` and `@smithy`. */
  readonly nodeModules: string;
  /** Folder in which unzipped code and layers are kept by their hash, for all rehearsals. It is outside of the project, so that functions find no other packages. */
  readonly cacheDirectory: string;
  /** Folder of Karpenter's charts `karpenter` and `karpenter-crd`, stamped with their version: the toolchain's. */
  readonly charts: string;
  /**
   * Variables that every process gets, such as the PATH of the computer and the rehearsal's marker.
   *
   * @default - a PATH of the system's own folders
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Programs that are run instead of those that layers bring, where those do not run on this computer.
   *
   * @default - the layers' own
   */
  readonly programs?: { readonly kubectl: string; readonly helm: string };
  /**
   * Shortest timeout, in real seconds, that a chart's installation gets. A longer one is divided by the account's compression first.
   *
   * @default 30
   */
  readonly chartTimeoutFloorSeconds?: number;
}
