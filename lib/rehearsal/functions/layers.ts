import { type JsonObject, objectAt, textAt } from '../../json';
import type { Account } from '../account';
import type { Handling } from '../aws-answers/aws-answer';
import { type AwsRequest, jsonBody } from '../aws-answers/aws-request';
import type { RestHandler } from '../aws-answers/rest-routes';
import type { CodeStore, StoredCode } from './code-store';
import { answered, done, invalidParameter, lambdaTime, resourceNotFound } from './lambda-answers';
import { listAt } from './played-function';

/** A version of a layer. */
interface LayerVersion {
  readonly arn: string;
  readonly version: number;
  readonly description: string;
  readonly licenseInfo: string;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly string[];
  readonly createdAt: Date;
  readonly code: StoredCode;
}

/** Layers of the account: folders that functions have beside their own code. */
export class Layers {
  /** Versions by layer, then by number. Numbers are not given out twice. */
  private readonly layers = new Map<string, Map<number, LayerVersion>>();
  private readonly lastVersions = new Map<string, number>();

  constructor(private readonly account: Account, private readonly codeStore: CodeStore) {}

  readonly routes: Readonly<Record<string, RestHandler>> = {
    'POST /2018-10-31/layers/{layer}/versions': (request, { layer }) => this.publish(request, nameOf(layer)),
    'GET /2018-10-31/layers/{layer}/versions': (_request, { layer }) => answered({ LayerVersions: this.versionsOf(nameOf(layer)).map((version) => this.describe(version)) }),
    'GET /2018-10-31/layers/{layer}/versions/{version}': (_request, { layer, version }) => answered(this.describe(this.find(nameOf(layer), Number(version)))),
    'DELETE /2018-10-31/layers/{layer}/versions/{version}': (_request, { layer, version }) => {
      this.layers.get(nameOf(layer))?.delete(Number(version));
      return done();
    },
    'GET /2018-10-31/layers': () => answered({
      Layers: [...this.layers.keys()].flatMap((layer) => {
        const newest = this.versionsOf(layer)[0];
        return newest === undefined ? [] : [{ LayerName: layer, LayerArn: this.arn(layer), LatestMatchingVersion: this.describe(newest) }];
      }),
    }),
  };

  /**
   * The code of layer versions, in the order given.
   *
   * @throws AwsFault `InvalidParameterValueException`
   */
  codeOf(arns: readonly string[]): readonly StoredCode[] {
    return arns.map((arn) => {
      const [layer = '', version] = arn.split(':').slice(6);
      const found = this.layers.get(layer)?.get(Number(version));
      if (found?.arn !== arn) throw invalidParameter(`Layer version ${arn} does not exist.`);
      return found.code;
    });
  }

  private async publish(request: AwsRequest, layer: string): Promise<Handling> {
    const body = jsonBody(request);
    const code = await this.codeStore.fetch(request, objectAt(body, 'Content'));
    const version = (this.lastVersions.get(layer) ?? 0) + 1;
    const made: LayerVersion = {
      arn: `${this.arn(layer)}:${version}`,
      version,
      description: textAt(body, 'Description') ?? '',
      licenseInfo: textAt(body, 'LicenseInfo') ?? '',
      compatibleRuntimes: listAt(body, 'CompatibleRuntimes'),
      compatibleArchitectures: listAt(body, 'CompatibleArchitectures'),
      createdAt: this.account.run.clock.now(),
      code,
    };
    this.lastVersions.set(layer, version);
    this.layers.set(layer, (this.layers.get(layer) ?? new Map<number, LayerVersion>()).set(version, made));
    return answered(this.describe(made), 201);
  }

  private find(layer: string, version: number): LayerVersion {
    const found = this.layers.get(layer)?.get(version);
    if (found === undefined) throw resourceNotFound();
    return found;
  }

  /** The newest one first. */
  private versionsOf(layer: string): readonly LayerVersion[] {
    return [...this.layers.get(layer)?.values() ?? []].reverse();
  }

  private arn(layer: string): string {
    return `arn:aws:lambda:${this.account.region}:${this.account.accountId}:layer:${layer}`;
  }

  private describe(version: LayerVersion): JsonObject {
    return {
      LayerArn: version.arn.slice(0, version.arn.lastIndexOf(':')),
      LayerVersionArn: version.arn,
      Version: version.version,
      Description: version.description,
      LicenseInfo: version.licenseInfo,
      CompatibleRuntimes: version.compatibleRuntimes,
      CompatibleArchitectures: version.compatibleArchitectures,
      CreatedDate: lambdaTime(version.createdAt),
      Content: { CodeSha256: version.code.sha256, CodeSize: version.code.size },
    };
  }
}

/** Name of a layer that is given by its name or its ARN. */
function nameOf(layer = ''): string {
  return layer.slice(layer.lastIndexOf(':') + 1);
}
