import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../lib/json';
import { BOOTSTRAP_VERSION, BOOTSTRAP_VERSION_PARAMETER, bootstrapRoles, bucketName } from '../../lib/rehearsal/bootstrap-roles';
import { rolesOfEmptyAccount } from '../../lib/rehearsal/empty-account';

const PLACE = { accountId: '123456789012', region: 'ap-northeast-2' };

/** The template that `cdk bootstrap` deploys, of the CDK that the lab is pinned to. */
const template = parse(readFileSync(require.resolve('aws-cdk/lib/api/bootstrap/bootstrap-template.yaml'), 'utf8')) as JsonObject;
const resources = Object.values(objectAt(template, 'Resources')) as readonly JsonObject[];

/** A value of the template with what its functions give in the account of these tests. */
function substituted(value: JsonValue | undefined): string {
  const text = typeof value === 'string' ? value : textAt(value, 'Fn::Sub') ?? '';
  return text.replaceAll('${Qualifier}', 'hnb659fds').replaceAll('${AWS::AccountId}', PLACE.accountId).replaceAll('${AWS::Region}', PLACE.region);
}

function ofType(type: string): readonly JsonObject[] {
  return resources.filter((resource) => textAt(resource, 'Type') === type).map((resource) => objectAt(resource, 'Properties'));
}

function actionsIn(document: JsonValue | undefined): readonly string[] {
  return arrayAt(document, 'Statement').flatMap((statement) => {
    const action = textAt(statement, 'Action');
    return action === undefined ? arrayAt(statement, 'Action').map(String) : [action];
  });
}

describe('what the CDK\'s bootstrap leaves in an account', () => {
  it('is of the version of the CDK\'s template', () => {
    const version = ofType('AWS::SSM::Parameter').map(({ Name, Value }) => [substituted(Name), Value]);
    expect(version).toEqual([[BOOTSTRAP_VERSION_PARAMETER, String(BOOTSTRAP_VERSION)]]);
  });

  it('has the roles and the bucket by the names of the template', () => {
    const names = ofType('AWS::IAM::Role').map(({ RoleName }) => substituted(RoleName));
    expect(bootstrapRoles(PLACE).map(({ name }) => name).sort()).toEqual([...names].sort());
    const bucket = arrayAt(ofType('AWS::S3::Bucket')[0]?.['BucketName'], 'Fn::If')[2];
    expect(substituted(bucket)).toBe(bucketName(PLACE));
  });

  it.each(['deploy', 'file-publishing', 'image-publishing', 'lookup', 'cfn-exec'])('lets the role %s do nothing that the template does not', (kind) => {
    const role = bootstrapRoles(PLACE).find(({ name }) => name.includes(`-${kind}-role-`));
    const logicalId = Object.entries(objectAt(template, 'Resources')).find(([, resource]) => substituted(objectAt(resource, 'Properties')['RoleName']) === role?.name)?.[0];
    const inline = arrayAt(objectAt(template, 'Resources', logicalId ?? '', 'Properties'), 'Policies').flatMap((policy) => actionsIn(objectAt(policy, 'PolicyDocument')));
    const attached = ofType('AWS::IAM::Policy').filter((policy) => arrayAt(policy, 'Roles').some((each) => textAt(each, 'Ref') === logicalId))
      .flatMap((policy) => actionsIn(objectAt(policy, 'PolicyDocument')));
    const granted = Object.values(role?.policies ?? {}).flatMap((policy) => actionsIn(policy));
    expect(granted.filter((action) => ![...inline, ...attached].includes(action))).toEqual([]);
    const managed = JSON.stringify(objectAt(template, 'Resources', logicalId ?? '', 'Properties')['ManagedPolicyArns'] ?? []);
    for (const name of role?.managedPolicies ?? []) expect(managed).toContain(`:policy/${name}"`);
    expect(granted.length + (role?.managedPolicies?.length ?? 0)).toBeGreaterThan(0);
  });

  it('stands beside the instructor and the roles of AWS\'s own services', () => {
    expect(rolesOfEmptyAccount(PLACE).filter(({ name }) => !name.startsWith('cdk-')).map(({ name, path }) => `${path ?? '/'}${name}`)).toEqual([
      '/Instructor',
      '/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
      '/aws-service-role/eks-nodegroup.amazonaws.com/AWSServiceRoleForAmazonEKSNodegroup',
      '/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      '/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot',
    ]);
  });
});
