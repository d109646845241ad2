import type { Account, PlayedService } from '../account';
import type { Handler } from '../aws-answers/aws-answer';
import type { AwsRequest } from '../aws-answers/aws-request';

/** Karpenter's charts, as its Go module holds them. */
export interface LocalCharts {
  /** Absolute path of the folder with the charts `karpenter` and `karpenter-crd`. */
  readonly directory: string;
  /** Version of the module that the folder is of, such as `1.14.1`: the only one that can be pulled. */
  readonly version: string;
}

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
  readonly charts: LocalCharts;
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
  /**
   * Judges what the caller of a request needs besides the operation itself, such as `sts:GetServiceBearerToken` for a password of ECR.
   *
   * @default - everything is allowed
   * @throws AwsFault `AccessDeniedException`
   */
  readonly authorize?: (request: AwsRequest, action: string, resource: string) => Promise<void>;
}

/** Lambda and Step Functions of an account: functions really run, each as a process of its own. */
export class Functions implements PlayedService {
  constructor(private readonly account: Account, private readonly options: FunctionsOptions) {}

  handlerOf(_request: AwsRequest): Handler | undefined {
    return undefined;
  }

  /** Ends all execution environments. */
  async close(): Promise<void> {
    await Promise.resolve([this.account, this.options]);
  }
}
