import type { AwsRequest } from '../aws-answers/aws-request';
import type { Authorization, AuthorizationContext } from './authorization';

/** What a request to a path needs. */
interface RestRule {
  readonly service: string;
  readonly method: string;
  /** Matches the path. */
  readonly path: RegExp;
  /** Parameters that the query must have. @default - none */
  readonly query?: readonly string[];
  readonly action: string;
  /** ARN of the resource, from what the path's groups caught. */
  readonly resource: (found: readonly string[], place: Place) => string;
  /** @default - none */
  readonly keys?: (found: readonly string[], place: Place) => Readonly<Record<string, string>>;
}

interface Place extends Pick<AuthorizationContext, 'accountId'> {
  readonly region: string;
  readonly query: URLSearchParams;
}

const cluster = ([name = '']: readonly string[], { region, accountId }: Place): string => `arn:aws:eks:${region}:${accountId}:cluster/${name}`;

/** A function is named by its name, or by its ARN, and a version or alias by the query. */
const lambdaFunction = ([name = '']: readonly string[], { region, accountId, query }: Place): string => {
  const arn = name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const qualifier = query.get('Qualifier');
  return qualifier === null ? arn : `${arn}:${qualifier}`;
};

const bucket = ([name = '']: readonly string[]): string => `arn:aws:s3:::${name}`;
const object = ([name = '', key = '']: readonly string[]): string => `arn:aws:s3:::${name}/${key}`;
const owner = (_found: readonly string[], { accountId }: Place): Readonly<Record<string, string>> => ({ 's3:ResourceAccount': accountId, 'aws:ResourceAccount': accountId });

const BUCKET = /^\/([^/]+)\/?$/;
const OBJECT = /^\/([^/]+)\/(.+)$/;
const s3 = { service: 's3', keys: owner } as const;

/** The first one that matches counts. */
const RULES: readonly RestRule[] = [
  { service: 'eks', method: 'GET', path: /^\/clusters\/([^/]+)$/, action: 'eks:DescribeCluster', resource: cluster },
  { service: 'eks-auth', method: 'POST', path: /^\/clusters\/([^/]+)\/assume-role-for-pod-identity$/, action: 'eks-auth:AssumeRoleForPodIdentity', resource: cluster },
  { service: 'lambda', method: 'POST', path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, action: 'lambda:InvokeFunction', resource: lambdaFunction },
  { service: 'lambda', method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)$/, action: 'lambda:GetFunction', resource: lambdaFunction },
  {
    service: 'arc-zonal-shift', method: 'GET', path: /^\/managedresources\/(.+)$/, action: 'arc-zonal-shift:GetManagedResource',
    resource: ([arn = '']) => arn, keys: ([arn = '']) => ({ 'arc-zonal-shift:ResourceIdentifier': arn }),
  },
  { ...s3, method: 'GET', path: BUCKET, query: ['location'], action: 's3:GetBucketLocation', resource: bucket },
  { ...s3, method: 'GET', path: BUCKET, query: ['encryption'], action: 's3:GetEncryptionConfiguration', resource: bucket },
  { ...s3, method: 'GET', path: BUCKET, query: ['list-type'], action: 's3:ListBucket', resource: bucket },
  { ...s3, method: 'HEAD', path: BUCKET, action: 's3:ListBucket', resource: bucket },
  { ...s3, method: 'GET', path: OBJECT, action: 's3:GetObject', resource: object },
  { ...s3, method: 'HEAD', path: OBJECT, action: 's3:GetObject', resource: object },
  { ...s3, method: 'POST', path: OBJECT, query: ['uploads'], action: 's3:PutObject', resource: object },
  { ...s3, method: 'POST', path: OBJECT, query: ['uploadId'], action: 's3:PutObject', resource: object },
  { ...s3, method: 'PUT', path: OBJECT, action: 's3:PutObject', resource: object },
  { ...s3, method: 'DELETE', path: OBJECT, query: ['uploadId'], action: 's3:AbortMultipartUpload', resource: object },
  { ...s3, method: 'DELETE', path: OBJECT, action: 's3:DeleteObject', resource: object },
];

/** What a request of the protocol `rest` needs; undefined where that is not known. */
export function restAuthorization(request: AwsRequest, { accountId }: AuthorizationContext): readonly Authorization[] | undefined {
  const [path = '', search = ''] = request.target.split('?');
  const place: Place = { region: request.region, accountId, query: new URLSearchParams(search) };
  for (const rule of RULES) {
    const found = rule.service === request.service && rule.method === request.method ? rule.path.exec(path) : null;
    if (found !== null && (rule.query ?? []).every((name) => place.query.has(name))) {
      const names = found.slice(1).map(decodeURIComponent);
      return [{ action: rule.action, resource: rule.resource(names, place), keys: rule.keys?.(names, place) }];
    }
  }
  return undefined;
}
